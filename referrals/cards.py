"""The friend card and the sentence that says who gains, written in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from referrals.links import Earning, LinkFacts


@dataclass(frozen=True, slots=True)
class Shown:
    """What a product page says of friends and gain, each piece safe HTML or empty."""

    friend: str = ""
    disclosure: str = ""


def shown(
    *,
    friend: LinkFacts | None,
    earner: LinkFacts | None,
    product_id: int,
    earning: Earning,
    language: str,
    mutual: int = 0,
) -> Shown:
    """Write what a page must say: the friend's card, and who gains where the card does not.

    Args:
        friend: whose link was followed just now; the earner's card is shown without one.
        earner: who would earn from this visitor, see ``visits.who_earns``.
        product_id: the product of the page.
        earning: what a sale of it earns.
        language: the reader's.
        mutual: how many friends reader and friend have in common.
    """
    on_card = friend or earner
    earns = earning.display(language) if earner else ""
    if on_card is None:
        return Shown()
    is_theirs = earner is not None and earner.sharer_id == on_card.sharer_id
    card = _card(on_card, product_id, earns if is_theirs else "", language, mutual)
    if is_theirs or earner is None or not earns:
        return Shown(friend=card)
    return Shown(friend=card, disclosure=_gain(earner.sharer_name, earns, language))


@lru_cache(maxsize=2_000)
def _card(facts: LinkFacts, product_id: int, earns: str, language: str, mutual: int) -> SafeString:
    same_product = facts.product_id == product_id
    part = {
        "face": facts.face,
        "words": facts.words if same_product else "",
        "words_language": facts.words_language,
        "bought": facts.bought if same_product else "",
        "earns": earns,
        "mutual": mutual,
    }
    with translation.override(language):
        part["title"] = _title(facts, product_id) % {"name": facts.sharer_name}
        return render_to_string("referrals/_friend_card.html", part)


def _title(facts: LinkFacts, product_id: int) -> str:
    if facts.sharer_id in facts.staff_ids:
        return _("%(name)s, of this shop, shows you this")
    if facts.product_id == product_id:
        return _("%(name)s recommends this to you")
    return _("%(name)s brought you to this shop")


@lru_cache(maxsize=2_000)
def _gain(name: str, earns: str, language: str) -> SafeString:
    with translation.override(language):
        sentence = _gain_sentence() % {"name": name, "amount": earns}
    return format_html('<p class="disc">{}</p>', sentence)


def _gain_sentence() -> str:
    return _("%(name)s may earn %(amount)s if you buy")


def shop_gain(earner: LinkFacts, language: str) -> SafeString:
    """Write who gains on the page of a whole shop, where the amounts differ."""
    with translation.override(language):
        sentence = _(
            "%(name)s brought you here and may earn if you buy; each product says how much"
        ) % {"name": earner.sharer_name}
    return format_html('<p class="disc">{}</p>', sentence)


@lru_cache(maxsize=2_000)
def line_of(facts: LinkFacts, language: str) -> str:
    """Return the friend's line, which is the title of the page and of every preview."""
    name, title = facts.sharer_name, facts.product_title
    with translation.override(language):
        if facts.words:
            said = _("%(name)s: “%(words)s” %(title)s")
            return said % {"name": name, "words": facts.words, "title": title}
        return _("%(name)s recommends to you: %(title)s") % {"name": name, "title": title}


def gain_line(facts: LinkFacts, earning: Earning, language: str) -> str:
    """Return the disclosure as plain text for a preview: empty when nothing is earned."""
    earns = earning.display(language)
    if not earns:
        return ""
    with translation.override(language):
        return _gain_sentence() % {"name": facts.sharer_name, "amount": earns}
