"""Settling refunds: what follows from the provider's word, each time once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max

from audit import recording
from catalog import endorsing, stock
from kit import clock
from kit.locks import locked
from kit.states import move
from orders import asking, escrow, news
from orders.escrow import Loss, Moved
from orders.models import Order, OrderLine, OrderRefund
from orders.states import MAY_BECOME
from payments import refunding
from payments.models import Refund
from people import trades
from people.staff_roles import tell_finance
from referrals import commissions

S = Order.State

# Banks send a refund back within days; the provider's event tells, and the sweep looks too.
MAY_COME_BACK = timedelta(days=60)


def refresh(refund_id: int) -> None:
    """Bring a refund to where the provider has it: sent if need be, settled once it is paid.

    Call it outside a transaction: it speaks with the provider.

    Raises:
        payments.gateways.port.ProviderAway: nothing is known; the sweep asks again.
    """
    refund = Refund.objects.select_related("charge").get(pk=refund_id)
    _follow(refund)  # what we know already does not wait for the provider
    _follow(refunding.refresh(refund))


def waiting() -> list[int]:
    """Return the ids of the refunds that something is still to be done about, oldest first."""
    now = clock.now()
    rows = OrderRefund.objects
    going = rows.open().values_list("refund_id", flat=True)
    # An order that is being refunded and has nothing on its way: its last was refused.
    stuck = Order.objects.filter(state=S.REFUNDING).exclude(refunds__in=rows.open())
    newest = stuck.annotate(newest=Max("refunds__number")).values("newest", "pk")
    last = [
        rows.values_list("refund_id", flat=True).get(order=one["pk"], number=one["newest"])
        for one in newest
    ]
    came_back = rows.filter(
        settled_at__gte=now - MAY_COME_BACK, undone_at=None, refund__state=Refund.State.REFUSED
    ).values_list("refund_id", flat=True)
    return sorted({*going, *last, *came_back})


@transaction.atomic
def settled(refund: Refund) -> None:
    """Post that the money went back, and end the order when that was all of it. Once."""
    row = _locked(refund)
    if row is None or not row.is_open:
        return  # of another room, or told before by the webhook or the sweep
    now = clock.now()
    loss = escrow.pay_back(_movement(row, sign=1), order=row.order, at=now)
    _count(row, asked=0, refunded=1)
    row.settled_at = now
    row.shop_lost_minor = loss.of_shop_minor
    row.save(update_fields=["settled_at", "shop_lost_minor"])
    _take_receipts_back(row)
    _conclude(row)
    _tell_staff(row, loss)


@transaction.atomic
def refused(refund: Refund) -> None:
    """Let what the provider will not pay back be asked for again, and say so; once."""
    row = _locked(refund)
    if row is None or not row.is_open:
        return
    _count(row, asked=-1, refunded=0)
    row.refused_at = clock.now()
    row.save(update_fields=["refused_at"])
    _conclude(row)
    _tell_of_refusal(row)


@transaction.atomic
def resume(refund: Refund) -> None:
    """Ask anew, ever less often, for what is the buyer's because their order is over.

    Only after the order's last refund, and when nothing of it is on its way.
    """
    row = _locked(refund)
    if row is None or row.order.state != S.REFUNDING or row.order.ended_at is None:
        return
    if asking.newest_of(row.order) != refund or row.order.refunds.open().exists():
        return
    if row.refused_at is None or asking.asked_again_at(refund) <= clock.now():
        late = row.cause == OrderRefund.Cause.LATE
        cause = OrderRefund.Cause.LATE if late else OrderRefund.Cause.AGAIN
        asking.again(order=row.order, cause=cause)


@transaction.atomic
def undone(refund: Refund) -> None:
    """Take back what a refund had moved: the buyer's bank sent the money to us again. Once.

    An order that is over does not come alive by that: its money is sent once more.
    """
    row = _locked(refund)
    if row is None or row.settled_at is None or row.undone_at is not None:
        return
    now = clock.now()
    loss = escrow.pay_back(_movement(row, sign=-1), order=row.order, at=now)
    _count(row, asked=-1, refunded=-1)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    if row.order.state == S.REFUNDED:
        move(row.order, to=S.REFUNDING, table=MAY_BECOME)
    if row.order.state == S.REFUNDING and row.order.ended_at is not None:
        news.to_buyer(row.order, kind="order_refund_delayed", time=row.number)
    else:
        _give_receipts_back(row)
        sums = {"amount_minor": refund.amount_minor}
        news.to_buyer(row.order, kind="order_refund_undone", time=row.number, **sums)
        news.to_vendor(row.order, kind="order_refund_undone_vendor", time=row.number, **sums)
    _tell_staff(row, loss)


def _follow(refund: Refund) -> None:
    if refund.state == Refund.State.SETTLED:
        settled(refund)
    elif refund.state == Refund.State.REFUSED:
        if refund.settled_at is None:
            refused(refund)
        else:  # it had been paid: the buyer's bank sent it back
            settled(refund)
            undone(refund)
    resume(refund)


def _locked(refund: Refund) -> OrderRefund | None:
    """Return what a refund is for, under its order's lock; None for a refund of another room."""
    order_id = OrderRefund.objects.filter(refund=refund).values_list("order_id", flat=True).first()
    if order_id is None:
        return None
    rows = Order.objects.filter(pk=order_id).select_related("shop", "checkout__charge")
    (order,) = locked(rows)
    row = OrderRefund.objects.select_related("refund__charge").get(refund=refund)
    row.order = order
    return row


def _movement(row: OrderRefund, *, sign: int) -> Moved:
    lines = list(OrderLine.objects.filter(order=row.order_id).order_by("pk"))
    parts = {part.line_id: part.amount_minor for part in row.parts.all()}
    touched = [line for line in lines if line.pk in parts]
    return Moved(
        refund=row,
        lines=lines,
        minor=sign * row.refund.amount_minor,
        before={line.key: line.refunded_minor for line in touched},
        after={line.key: line.refunded_minor + sign * parts[line.pk] for line in touched},
    )


def _count(row: OrderRefund, *, asked: int, refunded: int) -> None:
    """Count a refund's parts: so many times more, or less, asked and refunded."""
    for part in row.parts.all():
        OrderLine.objects.filter(pk=part.line_id).update(
            asked_minor=F("asked_minor") + asked * part.amount_minor,
            refunded_minor=F("refunded_minor") + refunded * part.amount_minor,
        )
    if row.shipping_minor:
        Order.objects.filter(pk=row.order_id).update(
            shipping_asked_minor=F("shipping_asked_minor") + asked * row.shipping_minor,
            shipping_refunded_minor=F("shipping_refunded_minor") + refunded * row.shipping_minor,
        )


def _conclude(row: OrderRefund) -> None:
    """Let commissions go on that wait no more, and the order end or live on."""
    order = row.order
    going = OrderRefund.objects.open().filter(order=order)
    waiting_still = OrderLine.objects.filter(refund_parts__refund__in=going)
    lines = OrderLine.objects.filter(order=order).exclude(pk__in=waiting_still)
    commissions.go_on(line_keys=list(lines.values_list("key", flat=True)))
    if order.state == S.COMPLETED or going.exists():
        return
    if _is_all_back(order):
        _end(order)
    elif order.state == S.REFUNDING and order.ended_at is None:
        move(order, to=S.PAID, table=MAY_BECOME)


def _is_all_back(order: Order) -> bool:
    order.refresh_from_db(fields=["shipping_refunded_minor"])
    lines = OrderLine.objects.filter(order=order)
    return (
        order.shipping_refunded_minor == order.shipping_minor
        and not lines.filter(refunded_minor__lt=F("total_minor")).exists()
    )


def _end(order: Order) -> None:
    now = clock.now()
    move(order, to=S.REFUNDED, table=MAY_BECOME, ended_at=now)
    is_late = order.refunds.filter(cause=OrderRefund.Cause.LATE).exists()  # its stock was freed
    for line in OrderLine.objects.filter(order=order).order_by("variant_id"):
        if order.shipped_at is None and not is_late:
            key = f"line:{line.key}:taken-back"
            stock.take_back(variant_id=line.variant_id, quantity=line.quantity, key=key)
        commissions.void(line_key=line.key, at=now)


def _take_receipts_back(row: OrderRefund) -> None:
    """What was paid back whole is no longer *received*; before receipt there is nothing."""
    _tell_what_is_paid(row)
    whole = OrderLine.objects.filter(refund_parts__refund=row, refunded_minor=F("total_minor"))
    for line in whole:
        endorsing.took_back(line_key=line.key, at=clock.now())
    trades.took_back(line_keys=[line.key for line in whole], at=clock.now())


def _tell_what_is_paid(row: OrderRefund) -> None:
    """Words rest on what is paid for a thing in the end."""
    for line in OrderLine.objects.filter(refund_parts__refund=row).order_by("pk"):
        net_minor = line.total_minor - line.refunded_minor
        endorsing.repaid(line_key=line.key, net_paid_minor=net_minor)


def _give_receipts_back(row: OrderRefund) -> None:
    _tell_what_is_paid(row)
    lines = OrderLine.objects.filter(refund_parts__refund=row)
    for line in lines:
        endorsing.kept_after_all(line_key=line.key)
    trades.kept_after_all(line_keys=[line.key for line in lines])


def _tell_of_refusal(row: OrderRefund) -> None:
    order, sums = row.order, {"amount_minor": row.refund.amount_minor}
    if row.is_owed:
        news.to_buyer(order, kind="order_refund_delayed")
        return
    not_sent = order.state == S.PAID
    kind = "order_refund_refused_vendor" if not_sent else "order_part_refused_vendor"
    news.to_buyer(order, kind="order_refund_refused", time=row.number)
    news.to_vendor(order, kind=kind, time=row.number, **sums)


def _tell_staff(row: OrderRefund, loss: Loss) -> None:
    """Keep for the staff what the house bears, or has again."""
    if loss == Loss(0, 0):
        return
    recording.record(
        actor="house",
        act="refund.loss_borne",
        subject=f"order:{row.order.public_id}",
        after={
            "refund": row.refund.reference,
            "shop_minor": loss.of_shop_minor,
            "sharer_minor": loss.of_sharer_minor,
            "currency": row.order.currency,
        },
    )
    if loss.total_minor > 0:
        order = row.order
        sums = {"amount_minor": loss.total_minor, "currency": order.currency}
        tell_finance(
            kind="loss_borne",
            key=f"refund:{row.refund_id}",
            data={"order": order.public_id, **sums},
            path="/desk/money",
        )
