"""What the demo's people, shops, products and words are made of; plain data, no Django."""

from dataclasses import dataclass
from typing import Literal

Theme = Literal["persimmon", "tea", "ink", "plum"]
Language = Literal["zh-Hans", "en"]
Verdict = Literal["yes", "so_so", "no"]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the demo; their face is ``people/<key>.webp``."""

    key: str
    name: str
    language: Language
    about: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A vendor's shop: one sentence for its head, a longer story for its About page."""

    handle: str
    name: str
    owner: str
    theme: Theme
    language: Language
    place: str
    sentence: str
    story: str
    rate_bp: int = 1_000


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to buy a product; the price is in fen."""

    name: str
    price_minor: int
    stock: int


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished picture, ``pictures/<key>.webp``, and what it shows."""

    key: str
    alt_zh: str
    alt_en: str


@dataclass(frozen=True, slots=True)
class Product:
    """A thing on a shelf, described in its shop's language.

    Attributes:
        rate_bp: commission in basis points; None takes the shop's.
        look_zh: what the first picture shows; the other alternative texts are made from it.
        third_zh: what the third picture shows; empty where three of the thing lie flat.
    """

    key: str
    shop: str
    title: str
    category: str
    description: str
    variants: tuple[Variant, ...]
    rate_bp: int | None
    look_zh: str
    look_en: str
    third_zh: str = ""
    third_en: str = ""

    @property
    def pictures(self) -> tuple[Picture, Picture, Picture]:
        """Studio, close look, and the thing in company."""
        third_zh = self.third_zh or f"俯拍三件：{self.look_zh}"
        third_en = self.third_en or f"Seen from above, three of them: {lower_first(self.look_en)}"
        return (
            Picture(f"{self.key}-1", self.look_zh, self.look_en),
            Picture(
                f"{self.key}-2", f"近看：{self.look_zh}", f"Close up: {lower_first(self.look_en)}"
            ),
            Picture(f"{self.key}-3", third_zh, third_en),
        )


@dataclass(frozen=True, slots=True)
class Word:
    """What one person says of a product they bought, in their own language."""

    person: str
    product: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class ModerationCase:
    """A listing that a screening rule stopped or noted, for the moderators' desk.

    Attributes:
        rule: the rule's number as the desk shows it.
        finding: what the rule found, as a word for code.
        flagged: the passage of title or description the rule points at; empty for pictures.
        pictures: keys of other products' pictures, used again.
    """

    key: str
    shop: str
    title: str
    description: str
    variants: tuple[Variant, ...]
    pictures: tuple[str, ...]
    rule: str
    finding: Literal["needs_proof", "forbidden", "papers_verified", "duplicate_pictures"]
    flagged: str
    reason_zh: str
    reason_en: str


def lower_first(sentence: str) -> str:
    """Return the sentence as the second half of another."""
    return sentence[:1].lower() + sentence[1:]
