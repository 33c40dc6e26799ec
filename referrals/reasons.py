"""Why a click or a sale counts, or does not: every code a sharer may read, with its words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.earnings import Row
from referrals.models import Click, Commission

S = Commission.State
Kind = Click.Kind

WORDS: dict[str, str | Promise] = {
    # a click
    "COUNTED": _("Opened by a person"),
    "DUPLICATE": _("Opened again by the same visitor on the same day"),
    "SELF": _("Yourself, or somebody of the shop"),
    "PREVIEW": _("A messenger looked ahead to show the link's card"),
    "PREFETCH": _("A browser loaded the page ahead; nobody saw it"),
    "BOT": _("A program, not a person"),
    "SUSPECT": _("Probably a program: it said too little about itself"),
    "RATE": _("Opened too often in too short a time"),
    # a sale that another click was considered for
    "OTHER_LINK_LATER": _("The buyer clicked another link later, and the last one counts"),
    "WINDOW_OVER": _("The click was too long ago, or came after the order"),
    "LINK_ENDED": _("Your link had ended when it was clicked"),
    "NOT_IN_PROGRAMME": _("This sale could not be paid for under the rules of the shop"),
    # a sale of one's own
    "ORDERED": _("Ordered, not paid for yet"),
    "PAID": _("Paid for; the parcel is not received yet"),
    "HELD": _("Received; yours when the return window is over"),
    "REVIEW": _("A person of the house looks at it before it is paid"),
    "REFUND_OPEN": _("A refund is open; it goes on when that is decided"),
    "YOURS": _("The return window is over; it is yours"),
    "PAID_OUT": _("Paid out to you"),
    "GIVEN": _("You gave it away"),
    "REFUSED": _("Not paid: the house looked at the sale and told you why"),
    "CANCELLED": _("The order was cancelled before it was received"),
    "RETURNED": _("Refunded, so the commission went back with it"),
    "NO_COMMISSION": _("The product paid no commission when it was ordered"),
}

# The same codes for what a charity is to have: nothing of it is ever the sharer's.
TO_CHARITY: dict[str, str | Promise] = {
    "HELD": _("Received; the charity has it when the return window is over"),
    "GIVEN": _("The return window is over; the charity has it"),
}

OF_STAGE = {
    S.EXPECTED.value: "ORDERED",
    S.PENDING.value: "PAID",
    S.HELD.value: "HELD",
    S.RELEASED.value: "YOURS",
    "paid_out": "PAID_OUT",
    S.GIVEN.value: "GIVEN",
    "donated": "GIVEN",
    "in_review": "REVIEW",
    "refused": "REFUSED",
    S.VOID.value: "CANCELLED",
    S.REVERSED.value: "RETURNED",
}
UNDER_WAY = frozenset({S.PENDING.value, S.HELD.value})

OF_KIND = {
    Kind.HUMAN.value: "COUNTED",
    Kind.PREVIEW.value: "PREVIEW",
    Kind.PREFETCH.value: "PREFETCH",
    Kind.BOT.value: "BOT",
    Kind.SUSPECT.value: "SUSPECT",
    Kind.SELF.value: "SELF",
    Kind.RATE.value: "RATE",
}


def code_of(row: Row) -> str:
    """Return the code of a commission as it stands."""
    commission = row.commission
    if row.stage in UNDER_WAY and commission.waits:
        return "REFUND_OPEN"
    return OF_STAGE[row.stage]


def words_of(row: Row) -> str | Promise:
    """Return what the code of a commission says, in the language it is written in later."""
    code = code_of(row)
    if row.commission.charity_id is not None:
        return TO_CHARITY.get(code, WORDS[code])
    return WORDS[code]
