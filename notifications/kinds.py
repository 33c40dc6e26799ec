"""What can be told: one table of kinds, each with its words, its icon and its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kit.money import Money

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news.

    Attributes:
        title: what happened, without any facts; a letter's subject.
        sentence: the same with facts, such as ``%(shop)s`` (see ``sentence_of``).
        icon: its sign in the inbox.
        letter: also goes by e-mail, or by SMS to who has only a phone.
        may_be_off: its letter may be switched off; money and duties may not.
    """

    title: Words
    sentence: Words
    icon: str
    letter: bool = True
    may_be_off: bool = False


NEW_ORDER = Kind(
    _("You have a new order"),
    _("Order %(order)s, %(amount)s, is paid. Send it off soon: the buyer is waiting."),
    "package",
)

KINDS: dict[str, Kind] = {
    "order_placed": Kind(
        _("Your order is placed"),
        _("%(shop)s has your order. We hold %(amount)s until you have the parcel."),
        "shield-check",
    ),
    "new_order": NEW_ORDER,
    "order_paid_vendor": NEW_ORDER,
    "order_shipped": Kind(
        _("Your parcel is on its way"),
        _("%(shop)s has sent order %(order)s. Confirm when it has arrived."),
        "truck",
    ),
    "order_completed_vendor": Kind(
        _("An order is complete"),
        _("Order %(order)s was received; %(amount)s is yours."),
        "circle-check",
        may_be_off=True,
    ),
    "order_refunded": Kind(
        _("Your money is on its way back"),
        _("%(amount)s of order %(order)s at %(shop)s goes back the way you paid."),
        "undo-2",
    ),
    "order_paid_late": Kind(
        _("Your payment came too late and goes back"),
        _("Order %(order)s had closed before the %(amount)s came. All of it goes back to you."),
        "undo-2",
    ),
    "order_refunded_vendor": Kind(
        _("An order was refunded"),
        _("%(amount)s of order %(order)s went back to the buyer. Do not send it any more."),
        "undo-2",
    ),
    "order_refund_delayed": Kind(
        _("Your money is not back yet"),
        _("The provider would not send back %(amount)s of order %(order)s yet. We keep asking."),
        "triangle-alert",
    ),
    "order_refund_refused": Kind(
        _("Your refund did not go through"),
        _("The payment provider would not pay back order %(order)s, so it stands. Ask again."),
        "triangle-alert",
    ),
    "order_refund_refused_vendor": Kind(
        _("A refund did not go through"),
        _("Order %(order)s was not paid back and stands. Talk to the buyer before you send it."),
        "triangle-alert",
    ),
    "commission_expected": Kind(
        _("Somebody bought through your link"),
        _("%(product)s: %(amount)s is yours once the parcel is received and kept."),
        "gift",
        letter=False,
        may_be_off=True,
    ),
    "commission_held": Kind(
        _("Your commission is nearly there"),
        _("%(product)s was received. %(amount)s is free in %(days)s days, unless it is sent back."),
        "clock",
        letter=False,
        may_be_off=True,
    ),
    "commission_released": Kind(
        _("Your commission is free"),
        _("%(amount)s for %(product)s is in your wallet."),
        "coins",
        may_be_off=True,
    ),
    "commission_reversed": Kind(
        _("A commission was taken back"),
        _("%(product)s was refunded, so %(amount)s of commission no longer counts."),
        "undo-2",
        letter=False,
    ),
    "payout_sent": Kind(
        _("Your money was sent"),
        _("%(amount)s is on its way to your account."),
        "banknote",
    ),
    "payout_returned": Kind(
        _("Your money came back to us"),
        _("%(amount)s could not be delivered and is in your wallet again. %(reason)s"),
        "triangle-alert",
    ),
    "listing_approved": Kind(
        _("Your product is on sale"),
        _("We looked at %(product)s and it is live. Share it with somebody."),
        "badge-check",
    ),
    "listing_returned": Kind(
        _("Your product needs a change"),
        _("%(product)s is not on sale yet. %(reason)s"),
        "pencil",
    ),
    "friend_request": Kind(
        _("Somebody wants to be your friend"),
        _("%(person)s would like to be friends."),
        "user-plus",
        letter=False,
        may_be_off=True,
    ),
    "friend_accepted": Kind(
        _("You have a new friend"),
        _("%(person)s and you are friends now."),
        "users",
        letter=False,
        may_be_off=True,
    ),
    "endorsement_received": Kind(
        _("Somebody spoke up for your product"),
        _("%(person)s wrote about %(product)s."),
        "heart",
        letter=False,
        may_be_off=True,
    ),
}

# A row of a kind that an older or newer version of the house knew.
UNKNOWN = Kind(_("News for you"), "", "bell", letter=False)


def kind_of(name: str) -> Kind:
    """Return the kind of this name, or the plain one that fits every row."""
    return KINDS.get(name, UNKNOWN)


def sentence_of(name: str, data: Mapping[str, Any]) -> str:
    """Write the facts of one notice or letter in the active language.

    Facts are ``order``, ``shop``, ``product`` (or ``title``), ``person``, ``reason``,
    ``days``, and ``amount_minor`` with ``currency``, which become ``amount``. Where a
    fact that the sentence needs is missing, the answer is empty: the title says enough.
    """
    try:
        return str(kind_of(name).sentence) % _facts(data)
    except KeyError:
        return ""


def _facts(data: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(data)
    if "title" in facts:
        facts.setdefault("product", facts["title"])
    if "amount_minor" in facts:
        money = Money(facts["amount_minor"], facts.get("currency", "CNY"))
        facts["amount"] = money.display(get_language() or "en")
    return facts
