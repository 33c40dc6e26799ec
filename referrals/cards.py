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
from referrals.models import Gives


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
    return Shown(friend=card, disclosure=_gain(earner, earns, language))


@lru_cache(maxsize=2_000)
def _card(facts: LinkFacts, product_id: int, earns: str, language: str, mutual: int) -> SafeString:
    same_product = facts.product_id == product_id
    part = {
        "face": facts.face,
        "words": facts.words if same_product else "",
        "words_language": facts.words_language,
        "bought": facts.bought if same_product else "",
        "mutual": mutual,
        "through": " · ".join(facts.through) if same_product else "",
    }
    with translation.override(language):
        part["title"] = title_of(facts, product_id)
        part["gain"] = _gain_on_card(facts, earns, language)
        return render_to_string("referrals/_friend_card.html", part)


def title_of(facts: LinkFacts, product_id: int) -> str:
    """Return how the reader comes to be here, in the language that is active."""
    if facts.sharer_id in facts.staff_ids:
        said = _("%(name)s, of this shop, shows you this")
    elif facts.product_id == product_id:
        said = _("%(name)s recommends this to you")
    else:
        said = _("%(name)s brought you to this shop")
    return said % {"name": facts.sharer_name}


@lru_cache(maxsize=2_000)
def _gain(facts: LinkFacts, earns: str, language: str) -> SafeString:
    return format_html('<p class="disc">{}</p>', _gain_sentence(facts, earns, language))


def _gain_sentence(facts: LinkFacts, earns: str, language: str) -> str:
    """Say who gains how much, naming the sharer."""
    with translation.override(language):
        sentences = {
            Gives.KEEP: _("%(name)s may earn %(amount)s if you buy"),
            Gives.BUYER: _("%(name)s gives you %(amount)s off the price"),
            Gives.CHARITY: _("%(name)s gives %(amount)s to %(charity)s if you buy"),
            Gives.NONE: _("%(name)s earns nothing if you buy"),
        }
        return sentences[Gives(facts.gives)] % _said_of(facts, earns, language)


def _gain_on_card(facts: LinkFacts, earns: str, language: str) -> str:
    """Say the same below the sharer's name, in the language that is active."""
    sentences = {
        Gives.KEEP: _("they may earn %(earns)s if you buy"),
        Gives.BUYER: _("they give you %(amount)s off the price"),
        Gives.CHARITY: _("they give %(amount)s to %(charity)s if you buy"),
        Gives.NONE: _("they earn nothing by it"),
    }
    said = _said_of(facts, earns, language) | {"earns": earns}
    return sentences[Gives(facts.gives)] % said if earns else ""


def _said_of(facts: LinkFacts, earns: str, language: str) -> dict[str, str]:
    is_chinese = language.startswith("zh")
    charity = facts.charity_name_zh if is_chinese else facts.charity_name_en
    return {"name": facts.sharer_name, "amount": earns, "charity": charity}


def shop_gain(earner: LinkFacts, language: str) -> SafeString:
    """Write who gains on the page of a whole shop, where the amounts differ."""
    with translation.override(language):
        sentences = {
            Gives.KEEP: _(
                "%(name)s brought you here and may earn if you buy; each product says how much"
            ),
            Gives.BUYER: _(
                "%(name)s brought you here and gives you something off; each product says how much"
            ),
            Gives.CHARITY: _(
                "%(name)s brought you here and gives to %(charity)s if you buy;"
                " each product says how much"
            ),
            Gives.NONE: _("%(name)s brought you here and earns nothing by it"),
        }
        sentence = sentences[Gives(earner.gives)] % _said_of(earner, "", language)
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
    return _gain_sentence(facts, earns, language) if earns else ""
