"""Refunds before dispatch: asked once, sent outside the transaction, settled once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from audit import recording
from catalog import stock
from kit import clock
from kit.after_commit import after_commit
from kit.locks import locked
from kit.states import move
from orders import escrow, news
from orders.models import Order, OrderLine
from orders.states import MAY_BECOME
from payments import refunding
from payments.models import Refund
from people.models import Person
from referrals import commissions

ASKED = "asked"
LATE = "late"  # the payment came after the order had closed: its stock is long released

# A late payment that the provider will not send back is asked for again: the money is the
# buyer's, and no other state of the order would be true.
SHORTEST_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=1)


@transaction.atomic
def before_dispatch(*, order: Order, by: Person | None) -> Refund:
    """Ask for the whole of a paid order to go back to its buyer.

    Args:
        order: paid, and not sent yet.
        by: who asks: buyer or vendor; None for a guest, who holds the signed link.

    Raises:
        TransitionRefused: it is not paid, or on its way already; nothing was written.
    """
    locked(Order.objects.filter(pk=order.pk))
    move(order, to=Order.State.REFUNDING, table=MAY_BECOME)
    refund = _ask(order, why=ASKED)
    news.to_buyer(order, kind="order_refunded", time=number_of(refund))
    news.to_vendor(order, kind="order_refunded_vendor", time=number_of(refund))
    recording.record(
        actor=f"person:{by.pk}" if by is not None else "guest",
        act="order.refund_asked",
        subject=f"order:{order.public_id}",
        before={"state": Order.State.PAID},
        after={"state": Order.State.REFUNDING, "amount_minor": refund.amount_minor},
    )
    return refund


def of_late_payment(*, order: Order, at: datetime) -> Refund:
    """Send back the whole payment of an order that had closed before it came.

    Stands in the transaction that holds the order's lock and put its money in escrow.
    """
    move(order, to=Order.State.REFUNDING, table=MAY_BECOME, paid_at=at)
    news.to_buyer(order, kind="order_paid_late")
    return _ask(order, why=LATE)


def refresh(refund_id: int) -> None:
    """Bring a refund to where the provider has it: sent if need be, settled once it is paid.

    Call it outside a transaction: it speaks with the provider.

    Raises:
        payments.gateways.port.ProviderAway: nothing is known; the sweep asks again.
    """
    refund = refunding.refresh(Refund.objects.select_related("charge").get(pk=refund_id))
    if refund.state == Refund.State.SETTLED:
        settled(refund)
    elif refund.state == Refund.State.REFUSED:
        refused(refund)


@transaction.atomic
def settled(refund: Refund) -> None:
    """Post that the money went back, take the goods back in stock, end the order. Once."""
    order = _order_of(refund)
    if order is None or order.state != Order.State.REFUNDING:
        return  # told before, by the webhook or the sweep
    now = clock.now()
    escrow.pay_back(refund=refund, order=order)
    move(order, to=Order.State.REFUNDED, table=MAY_BECOME, ended_at=now)
    if not is_late(refund):
        _undo_sale(order, at=now)


@transaction.atomic
def refused(refund: Refund) -> None:
    """Let an order be paid again whose refund the provider will not do, and say so; once.

    A late payment cannot become an order again: it is asked for anew, ever less often.
    """
    order = _order_of(refund)
    if order is None or order.state != Order.State.REFUNDING or newest_of(order) != refund:
        return  # told before; or asked for anew since, and that one decides
    if is_late(refund):
        news.to_buyer(order, kind="order_refund_delayed")
        if asked_again_at(refund) <= clock.now():
            _ask(order, why=LATE)
        return
    move(order, to=Order.State.PAID, table=MAY_BECOME)
    news.to_buyer(order, kind="order_refund_refused", time=number_of(refund))
    news.to_vendor(order, kind="order_refund_refused_vendor", time=number_of(refund))


def is_late(refund: Refund) -> bool:
    """Whether it sends back a payment that came after the order had closed."""
    return refund.key.split(":")[2:3] == [LATE]


def newest_of(order: Order) -> Refund | None:
    """Return the refund that decides what becomes of an order: the one asked for last."""
    mine = Refund.objects.filter(key__startswith=f"order:{order.public_id}:")
    return mine.order_by("-pk").first()


def number_of(refund: Refund) -> int:
    """Return which asking of its order this was; the first is 1."""
    return int(refund.key.rpartition(":")[2])


def asked_again_at(refund: Refund) -> datetime:
    """Return when a refused refund of a late payment is asked for anew."""
    times: int = 1 << min(number_of(refund) - 1, 10)
    return refund.created_at + min(SHORTEST_WAIT * times, LONGEST_WAIT)


def waiting() -> list[int]:
    """Return the ids of the refunds that orders wait for, oldest first."""
    orders = Order.objects.filter(state=Order.State.REFUNDING)
    names = set(orders.values_list("public_id", flat=True))
    rows = Refund.objects.filter(
        charge__in=orders.values("checkout__charge"), key__startswith="order:"
    )
    newest = {key.split(":")[1]: pk for pk, key in rows.order_by("pk").values_list("pk", "key")}
    return sorted(pk for name, pk in newest.items() if name in names)


def _ask(order: Order, *, why: str) -> Refund:
    key = f"order:{order.public_id}:{why}"
    before = Refund.objects.filter(key__startswith=key).count()  # refused ones, if any
    refund = refunding.ask(
        charge=order.checkout.charge,
        amount_minor=order.total_minor,
        key=f"{key}:{before + 1}",
    )
    after_commit("orders.settle_refund", refund.pk)
    return refund


def _undo_sale(order: Order, *, at: datetime) -> None:
    for line in OrderLine.objects.filter(order=order).order_by("variant_id"):
        stock.take_back(
            variant_id=line.variant_id, quantity=line.quantity, key=f"line:{line.key}:taken-back"
        )
        commissions.void(line_key=line.key, at=at)


def _order_of(refund: Refund) -> Order | None:
    """Return the order a refund belongs to, locked; None for a refund of another room."""
    room, _, rest = refund.key.partition(":")
    if room != "order":
        return None
    public_id = rest.partition(":")[0]
    rows = locked(
        Order.objects.filter(public_id=public_id).select_related("shop", "checkout__charge")
    )
    return rows[0] if rows else None
