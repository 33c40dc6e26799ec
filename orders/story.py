"""The story of an order as its pages tell it: one sentence, and the steps so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kit.dates import at_time
from orders import circle_joining, refunds
from orders.models import Order
from payments.models import Refund

S = Order.State
Step = tuple[str, str, bool]

ICONS = {
    S.PLACED: "clock",
    S.PAID: "package",
    S.SHIPPED: "truck",
    S.COMPLETED: "circle-check",
    S.CANCELLED: "x",
    S.REFUNDING: "undo-2",
    S.REFUNDED: "undo-2",
}
TONES = {S.PLACED: "warn", S.CANCELLED: "plain", S.REFUNDING: "warn", S.REFUNDED: "plain"}


@dataclass(frozen=True, slots=True)
class Story:
    """What the head of an order's page says."""

    sentence: str
    more: str
    steps: list[Step]
    icon: str
    tone: str


def of(order: Order) -> Story:
    """Tell an order to its buyer, in the active language."""
    sentence, more = _said(order)
    return Story(
        sentence=sentence,
        more=more,
        steps=_steps(order),
        icon=ICONS[S(order.state)],
        tone=TONES.get(S(order.state), "trust"),
    )


def to_vendor(order: Order) -> Story:
    """Tell an order to its vendor, in the active language."""
    told = {
        S.PLACED: lambda: _("The buyer has not paid yet. Nothing to do."),
        S.PAID: lambda: _("Send it by %(when)s.") % {"when": moment(dispatch_due(order))},
        S.SHIPPED: lambda: (
            _("The money is yours when the buyer confirms, at the latest on %(when)s.")
            % {"when": moment(order.completes_at)}
        ),
        S.COMPLETED: lambda: _("The buyer has it, and you have the money."),
        S.CANCELLED: lambda: _("The buyer did not pay in time. The pieces are back in your stock."),
        S.REFUNDING: lambda: _vendor_waits(order),
        S.REFUNDED: lambda: _("The money went back to the buyer. Do not send it."),
    }
    state = S(order.state)
    return Story(
        sentence=str(state.label),
        more=told[state](),
        steps=_steps(order),
        icon=ICONS[state],
        tone=TONES.get(state, "trust"),
    )


def moment(at: datetime | None) -> str:
    """Write a moment in the reader's language and zone; nothing when there is none."""
    return at_time(localtime(at)) if at is not None else ""


def dispatch_due(order: Order) -> datetime | None:
    """Return by when the shop has promised to send a paid order.

    What a circle orders together is sent when all of it is known: from the close on.
    """
    if order.paid_at is None:
        return None
    begins, together = order.paid_at, circle_joining.joined_by(order)
    if together is not None and together.closes_at is not None:
        begins = max(begins, together.closed_at or together.closes_at)
    return begins + timedelta(hours=order.shop.terms.ships_within_hours)


def _vendor_waits(order: Order) -> str:
    refund = refunds.newest_of(order)
    if refund is None or refund.state != Refund.State.REFUSED:
        return _("The money goes back to the buyer. Do not send it.")
    return _("The provider would not pay it back. We ask again on %(when)s. Do not send it.") % {
        "when": moment(refunds.asked_again_at(refund))
    }


def _said(order: Order) -> tuple[str, str]:
    refund = refunds.newest_of(order) if order.state in {S.REFUNDING, S.REFUNDED} else None
    if refund is not None and refunds.is_late(refund):
        return _said_of_late(order, refund)
    told = {
        S.PLACED: lambda: (
            _("Waiting for your payment"),
            _("We keep everything for you until %(when)s.")
            % {"when": moment(order.checkout.closes_at)},
        ),
        S.PAID: lambda: (
            _("Paid: the shop has until %(when)s to send it")
            % {"when": moment(dispatch_due(order))},
            _("Your money is with us, not with the shop."),
        ),
        S.SHIPPED: lambda: (
            _("On its way"),
            _("If we hear nothing from you, it counts as received on %(when)s.")
            % {"when": moment(order.completes_at)},
        ),
        S.COMPLETED: lambda: (_("Received"), _("The shop has been paid. Enjoy it!")),
        S.CANCELLED: lambda: (
            _("Closed without payment"),
            _("Nothing was charged. What you chose is back in your bag."),
        ),
        S.REFUNDING: lambda: (
            _("Your money is on its way back"),
            _("It goes back the way you paid, usually within a day."),
        ),
        S.REFUNDED: lambda: (_("Refunded"), _("All of it went back the way you paid.")),
    }
    return told[S(order.state)]()


def _said_of_late(order: Order, refund: Refund) -> tuple[str, str]:
    if refund.state == Refund.State.REFUSED:
        more = _("The payment provider would not send it back yet. We ask again on %(when)s.")
        when = moment(refunds.asked_again_at(refund))
        return _("We still hold your money for you"), more % {"when": when}
    why = _("Your payment came after this order had closed, so all of it goes back to you.")
    if order.state == S.REFUNDED:
        return _("Refunded"), why
    return _("Your money is on its way back"), why


def _steps(order: Order) -> list[Step]:
    steps: list[Step] = [(_("Ordered"), moment(order.placed_at), True)]
    if order.state == S.CANCELLED:
        return [*steps, (_("Closed without payment"), moment(order.ended_at), True)]
    steps.append((_("Paid"), moment(order.paid_at), order.paid_at is not None))
    if order.state in {S.REFUNDING, S.REFUNDED}:
        is_over = order.state == S.REFUNDED
        return [*steps, (_("Refunded"), moment(order.ended_at) if is_over else "", is_over)]
    return [
        *steps,
        (_("Sent"), moment(order.shipped_at), order.shipped_at is not None),
        (_("Received"), moment(order.completed_at), order.completed_at is not None),
    ]
