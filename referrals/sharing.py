"""What a share sheet needs: addresses that tell their channel, words ready to send, the code."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from referrals.channels import Channel
from referrals.drawing import QUIET_ZONE
from referrals.links import LinkFacts
from referrals.models import Gives
from referrals.showings import Showing


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's share sheet for one product, in their language.

    ``message`` is ``words`` with the address below them, to be copied. What is sent in
    another way carries an address that says by which: the phone's own sheet has ``sent``.
    """

    address: str
    sent: str
    words: str
    message: str
    sms: str
    mail: str
    qr: SafeString


def sheet_of(facts: LinkFacts, showing: Showing, *, earns: str) -> Sheet:
    """Return the sheet; the caption says what the sharer may earn, as the page will.

    Args:
        facts: of the sharer's link.
        showing: what is said of the product, in the language that is active.
        earns: what a sale earns the sharer, as text; empty when nothing.
    """
    address = address_of(facts)
    words = caption_of(facts, showing, earns=earns)
    by_sms = f"{words}\n{address_of(facts, Channel.SMS.value)}"
    by_mail = f"{words}\n{address_of(facts, Channel.MAIL.value)}"
    return Sheet(
        address=address,
        sent=address_of(facts, Channel.SHEET.value),
        words=words,
        message=f"{words}\n{address}",
        sms=f"sms:?&body={quote(by_sms)}",
        mail=f"mailto:?subject={quote(showing.product)}&body={quote(by_mail)}",
        qr=qr_of(address_of(facts, Channel.QR.value)),
    )


def address_of(facts: LinkFacts, channel: str = "", *, is_printed: bool = False) -> str:
    """Return the address of a link, with the channel it is sent by.

    What is printed stays about longer than a name its maker may change: it has the code.
    """
    path = f"/s/{facts.code}" if is_printed else facts.path
    return f"{settings.BASE_URL}{path}" + (f"?c={channel}" if channel else "")


def caption_of(facts: LinkFacts, showing: Showing, *, earns: str, is_short: bool = False) -> str:
    """Return words to send beside a link, without the link itself.

    A short caption leaves out the sharer's words, never who gains.
    """
    first = _("“%(words)s”") % {"words": facts.words} if facts.words else _("Look what I found")
    second = f"{showing.product} {showing.price}"
    if earns:
        charity = charity_of(facts, showing.language)
        said = {"product": second, "amount": earns, "charity": charity}
        second = _sentence(facts.gives) % said
    return second if is_short else f"{first}\n{second}"


def charity_of(facts: LinkFacts, language: str) -> str:
    """Return who gets what this link's sales earn, if it is given to a charity."""
    return facts.charity_name_zh if language.startswith("zh") else facts.charity_name_en


def _sentence(gives: str) -> str:
    """Return what a sharer says of who gains, in the first person."""
    sentences = {
        Gives.KEEP: _("%(product)s (I may earn %(amount)s if you buy)"),
        Gives.BUYER: _("%(product)s (by this link you pay %(amount)s less)"),
        Gives.CHARITY: _("%(product)s (if you buy, %(amount)s goes to %(charity)s)"),
    }
    return sentences.get(Gives(gives), "%(product)s")


def qr_of(address: str) -> SafeString:
    """Draw an address as a QR code that scales with its box."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=QUIET_ZONE, omitsize=True, light="#fff", svgclass="qr")
    return mark_safe(drawn)  # noqa: S308  # segno writes paths from our own address
