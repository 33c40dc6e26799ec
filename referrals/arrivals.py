"""An arrival: somebody stands at one of the public doors, perhaps brought by a friend."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from kit import clock
from people.trust import mutual_count
from referrals import cards, links, visits
from referrals.cards import Shown
from referrals.links import LinkFacts
from referrals.models import Click
from referrals.touches import Touch
from referrals.visits import STRANGER, Visitor


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came, with which touches, and through which link if they came by one just now.

    ``carried`` holds the touches of a visitor who has not allowed a cookie, signed.
    """

    visitor: Visitor = STRANGER
    touches: list[Touch] = field(default_factory=list)
    facts: LinkFacts | None = None
    kind: Click.Kind = Click.Kind.HUMAN
    carried: str = ""

    @property
    def friend(self) -> LinkFacts | None:
        """Whose card the page opens with: nobody's for the sharer, or of a closed account."""
        facts = self.facts
        if facts is None or not facts.sharer_is_active or self.kind == Click.Kind.SELF:
            return None
        return None if facts.sharer_id in self.visitor.blocked_ids else facts


def words_on_product(
    arrival: Arrival, *, shop_id: int, product_id: int, version: int, language: str
) -> Shown:
    """Write the friend card and the disclosure for the page of one product."""
    earner = visits.who_earns(
        arrival.touches, shop_id=shop_id, visitor=arrival.visitor, opened=arrival.facts
    )
    friend, over = arrival.friend, _over(arrival.facts, language)
    if friend is None and earner is None:
        return Shown(disclosure=over)
    shown = cards.shown(
        friend=friend,
        earner=earner,
        product_id=product_id,
        earning=links.earning_of(product_id, version=version),
        language=language,
        mutual=_mutual(arrival.visitor, friend),
    )
    # Who came by it before its end may still earn for its sharer: then that is said instead.
    return replace(shown, disclosure=over + shown.disclosure) if over and not earner else shown


def gain_on_shop(arrival: Arrival, *, shop_id: int, language: str) -> str:
    """Write who would earn from what this visitor buys in a shop; empty when nobody does."""
    earner = visits.who_earns(arrival.touches, shop_id=shop_id, visitor=arrival.visitor)
    return cards.shop_gain(earner, language) if earner else ""


# In the head of a product's page that was opened by a share link; its canonical address
# is the product's own.
NOT_FOR_INDEXES = mark_safe('<meta name="robots" content="noindex">')


def _over(facts: LinkFacts | None, language: str) -> str:
    """Say that the link has come to its end, if it has."""
    if facts is None or not facts.has_ended(clock.now()):
        return ""
    return _over_line(language)


@lru_cache(maxsize=8)
def _over_line(language: str) -> str:
    with translation.override(language):
        sentence = _("This link has ended. You can buy as always; nobody earns through it.")
    return format_html('<p class="disc">{}</p>', sentence)


def _mutual(visitor: Visitor, friend: LinkFacts | None) -> int:
    if visitor.id is None or friend is None:
        return 0
    return mutual_count(visitor.id, friend.sharer_id)
