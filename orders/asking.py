"""Asking for money to go back: any part of an order, once for each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import transaction
from django.db.models import F, Sum

from audit import recording
from kit.after_commit import after_commit
from kit.locks import locked
from kit.states import TransitionRefused, move
from ledger import accounts
from ledger.balances import balance_of
from ledger.locking import locked_balances
from orders import news
from orders.models import Order, OrderLine, OrderRefund, RefundPart
from orders.states import MAY_BECOME
from orders.sums import Back, left_of, quote
from payments import refunding
from payments.models import Refund
from people.models import Person
from referrals import commissions

Asker: TypeAlias = OrderRefund.Asker
Cause: TypeAlias = OrderRefund.Cause

REFUNDABLE = frozenset({Order.State.PAID, Order.State.SHIPPED, Order.State.COMPLETED})

# Money that is the buyer's whatever happens, and that the provider will not send back, is
# asked for again.
SHORTEST_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=1)


class NothingToRefund(Exception):
    """No amount above zero was asked for; nothing was written."""


class MoreThanPaid(Exception):
    """Less than this is left of a line or of the shipping; nothing was written."""


class ShopCannotBear(Exception):
    """The shop's balance would fall below its floor; nothing was written."""

    def __init__(self, missing_minor: int) -> None:
        super().__init__(missing_minor)
        self.missing_minor = missing_minor


@dataclass(frozen=True, slots=True)
class _Asking:
    asker: Asker
    by: Person | None = None
    cause: Cause = Cause.ASKED
    why: str = ""
    key: str = ""


@transaction.atomic
def ask(*, order: Order, back: Back, asker: Asker, by: Person | None, why: str, key: str) -> Refund:
    """Ask for part of an order's money to go back, or return what this key asked for.

    The order stays as it is until the money left; asked for all of an order that is paid
    and not sent, it is not to be sent any more.

    Args:
        order: paid, on its way or received.
        back: how much of each line's goods, and of the shipping.
        asker: who wants it. What the house wants is paid even where the shop's balance
            cannot bear it; the house then bears the rest.
        by: the person who pressed; None for a guest, or for the house by itself.
        why: the reason, as both sides read it.
        key: made by the form, so that two taps are one refund.

    Raises:
        TransitionRefused: the order was never paid, or is over.
        NothingToRefund: all amounts are zero.
        MoreThanPaid: less is left, or the line is of another order.
        ShopCannotBear: the shop asks, and its balance is too low.
        payments.refunding.RefundKeyReused: the key asked for something else before.
    """
    fresh = _locked(order)
    before = _asked_before(fresh, back, key)
    if before is not None:
        return before
    if fresh.state not in REFUNDABLE:
        raise TransitionRefused(f"{fresh.public_id} is {fresh.state}: nothing can go back")
    return _write(fresh, back, _Asking(asker, by, Cause.ASKED, why, key))


@transaction.atomic
def before_dispatch(*, order: Order, by: Person | None) -> Refund:
    """Ask for the whole of a paid order to go back to its buyer.

    Args:
        order: paid, and not sent yet.
        by: who asks: buyer or vendor; None for a guest, who holds the signed link.

    Raises:
        TransitionRefused: it is not paid, or on its way already; nothing was written.
    """
    fresh = _locked(order)
    if fresh.state != Order.State.PAID:
        raise TransitionRefused(f"{fresh.public_id} is {fresh.state}, not waiting to be sent")
    is_vendor = by is not None and fresh.shop.memberships.filter(person=by).exists()
    asker = Asker.VENDOR if is_vendor else Asker.BUYER
    return _write(fresh, left_of(fresh, _lines_of(fresh)), _Asking(asker, by))


@transaction.atomic
def called_off(*, order: Order, why: str) -> Refund:
    """Send the whole of a paid order back because the circle order it was of is called off.

    Raises:
        TransitionRefused: it is not paid, or on its way already; nothing was written.
    """
    fresh = _locked(order)
    if fresh.state != Order.State.PAID:
        raise TransitionRefused(f"{fresh.public_id} is {fresh.state}, not waiting to be sent")
    return _write(fresh, left_of(fresh, _lines_of(fresh)), _Asking(Asker.HOUSE, why=why))


def of_late_payment(*, order: Order, at: datetime) -> Refund:
    """Send back the whole payment of an order that had closed before it came.

    Stands in the transaction that holds the order's lock and put its money in escrow.
    """
    move(order, to=Order.State.REFUNDING, table=MAY_BECOME, paid_at=at)
    news.to_buyer(order, kind="order_paid_late")
    back = left_of(order, _lines_of(order))
    return _write(order, back, _Asking(Asker.HOUSE, cause=Cause.LATE))


def again(*, order: Order, cause: Cause) -> Refund:
    """Ask anew for all that is left of an order that is over; its lock is held."""
    return _write(order, left_of(order, _lines_of(order)), _Asking(Asker.HOUSE, cause=cause))


def is_asked(order: Order, key: str) -> bool:
    """Whether a press with this key was heard."""
    return OrderRefund.objects.filter(order=order, refund__key=_key(order, key)).exists()


def newest_of(order: Order) -> Refund | None:
    """Return the refund of an order that was asked for last."""
    return Refund.objects.filter(of_order__order=order).order_by("-of_order__number").first()


def is_late(refund: Refund) -> bool:
    """Whether it sends back a payment that came after the order had closed."""
    return refund.of_order.cause == Cause.LATE


def asked_again_at(refund: Refund) -> datetime:
    """Return when a refused refund of money that is the buyer's is asked for anew."""
    row = refund.of_order
    before = OrderRefund.objects.filter(
        order_id=row.order_id, cause=row.cause, number__lt=row.number
    )
    times: int = 1 << min(before.count(), 10)
    return row.asked_at + min(SHORTEST_WAIT * times, LONGEST_WAIT)


def _write(order: Order, back: Back, asking: _Asking) -> Refund:
    """Write a refund down and count it; the order is locked."""
    lines = _lines_of(order)
    if min([back.shipping_minor, *back.lines.values()]) < 0 or not back.total_minor:
        raise NothingToRefund
    is_whole = back == left_of(order, lines)
    leaves = quote(lines, back)
    _count(order, lines, back)
    number = order.refunds.count() + 1
    refund = refunding.ask(
        charge=order.checkout.charge,
        amount_minor=back.total_minor,
        key=_key(order, asking.key or f"{asking.cause}:{number}"),
    )
    row = OrderRefund.objects.create(
        refund=refund,
        order=order,
        number=number,
        asker=asking.asker,
        asked_by=asking.by,
        cause=asking.cause,
        why=asking.why,
        shipping_minor=back.shipping_minor,
        from_shop_minor=leaves.shop_minor,
    )
    RefundPart.objects.bulk_create(
        RefundPart(refund=row, line=line, amount_minor=back.lines[line.key])
        for line in lines
        if back.lines.get(line.key)
    )
    commissions.wait(line_keys=list(back.lines))
    if asking.asker == Asker.VENDOR and order.state == Order.State.COMPLETED:
        _refuse_beyond_the_floor(order)
    if asking.cause == Cause.ASKED:
        _say(order, row, is_whole=is_whole and order.state == Order.State.PAID)
    after_commit("orders.settle_refund", refund.pk)
    return refund


def _say(order: Order, row: OrderRefund, *, is_whole: bool) -> None:
    """Stop an order that is to go back whole, and tell both sides what was asked."""
    before = order.state
    if is_whole:
        move(order, to=Order.State.REFUNDING, table=MAY_BECOME)
    sums = {"amount_minor": row.refund.amount_minor}
    if row.asker == Asker.HOUSE:
        _say_by_the_house(order, row, is_whole=is_whole)
    else:
        kind = "order_refunded_vendor" if is_whole else "order_part_refunded_vendor"
        news.to_buyer(order, kind="order_refunded", time=row.number, **sums)
        news.to_vendor(order, kind=kind, time=row.number, **sums)
    recording.record(
        actor=_actor(row),
        act="order.refund_asked",
        subject=f"order:{order.public_id}",
        before={"state": before},
        after={"state": order.state, "why": row.why, **sums},
    )


def _say_by_the_house(order: Order, row: OrderRefund, *, is_whole: bool) -> None:
    """Tell both sides who decided, and why."""
    said = {"amount_minor": row.refund.amount_minor, "reason": row.why}
    kind = "order_stopped_by_house" if is_whole else "order_refunded_by_house_vendor"
    news.to_buyer(order, kind="order_refunded_by_house", time=row.number, **said)
    news.to_vendor(order, kind=kind, time=row.number, **said)


def _actor(row: OrderRefund) -> str:
    if row.asked_by_id is not None:
        return f"person:{row.asked_by_id}"
    return "guest" if row.asker == Asker.BUYER else "house"


def _count(order: Order, lines: Sequence[OrderLine], back: Back) -> None:
    """Count what is asked, each in one guarded UPDATE, so that never too much is."""
    if set(back.lines) - {line.key for line in lines}:
        raise MoreThanPaid(order.public_id)
    for line in lines:
        minor = back.lines.get(line.key, 0)
        left = OrderLine.objects.filter(pk=line.pk, asked_minor__lte=F("total_minor") - minor)
        if minor and not left.update(asked_minor=F("asked_minor") + minor):
            raise MoreThanPaid(line.key)
    minor = back.shipping_minor
    mine = Order.objects.filter(pk=order.pk, shipping_asked_minor__lte=F("shipping_minor") - minor)
    if minor and not mine.update(shipping_asked_minor=F("shipping_asked_minor") + minor):
        raise MoreThanPaid(order.public_id)


def _refuse_beyond_the_floor(order: Order) -> None:
    """Refuse what the shop's balance cannot bear, with all that is on its way already."""
    side = accounts.shop(order.shop_id, order.currency)
    missing_minor = _missing_minor(order, locked_balances([side])[side])
    if missing_minor > 0:
        raise ShopCannotBear(missing_minor)


def short_minor(order: Order, *, more_minor: int) -> int:
    """Return how much of ``more_minor`` its shop could not bear if it were refunded now."""
    if order.state != Order.State.COMPLETED:
        return 0  # it is in escrow still
    balance_minor = balance_of(accounts.shop(order.shop_id, order.currency))
    return min(max(_missing_minor(order, balance_minor - more_minor), 0), more_minor)


def _missing_minor(order: Order, balance_minor: int) -> int:
    """Return how far below its floor a shop would be when all has left that is on its way."""
    leaving = OrderRefund.objects.open().filter(
        order__shop=order.shop_id, order__state=Order.State.COMPLETED
    )
    leaving_minor = leaving.aggregate(minor=Sum("from_shop_minor"))["minor"] or 0
    floor_minor = accounts.shop(order.shop_id, order.currency).floor_minor or 0
    return floor_minor - (balance_minor - leaving_minor)


def _asked_before(order: Order, back: Back, key: str) -> Refund | None:
    rows = OrderRefund.objects.filter(refund__key=_key(order, key)).select_related("refund")
    row = rows.first()
    if row is None:
        return None
    asked = {part.line.key: part.amount_minor for part in row.parts.select_related("line")}
    wanted = {line_key: minor for line_key, minor in back.lines.items() if minor}
    if (asked, row.shipping_minor) != (wanted, back.shipping_minor):
        raise refunding.RefundKeyReused(key)
    return row.refund


def _key(order: Order, key: str) -> str:
    return f"order:{order.public_id}:{key}"


def _lines_of(order: Order) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order=order).select_related("commission").order_by("pk"))


def _locked(order: Order) -> Order:
    rows = Order.objects.filter(pk=order.pk).select_related("shop", "checkout__charge")
    return locked(rows)[0]
