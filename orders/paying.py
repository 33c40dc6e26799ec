"""Paying: return page, poller and webhook all end here, and settle a payment once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from catalog import stock
from kit import clock
from kit.locks import locked
from kit.states import move
from kit.sweeping import one_by_one
from orders import bags, escrow, news, refunds
from orders.models import Bag, Checkout, Order, OrderLine
from orders.states import MAY_BECOME
from payments import charging
from payments.charging import ProviderAway
from payments.models import Charge
from referrals import commissions

# A payment later than this is told by its event alone, which waits until it was acted on.
LATEST = timedelta(days=30)


class PaymentIsOver(Exception):
    """The checkout was paid or closed: nobody can be sent to pay it."""


def begin(checkout: Checkout, *, base_url: str) -> str:
    """Return the address of the provider's page where this checkout is paid.

    Call it outside a transaction: it speaks with the provider.

    Args:
        checkout: as ``placing.place`` returned it.
        base_url: the scheme and host the buyer sees us under.

    Raises:
        PaymentIsOver: it was paid or closed, or its time to pay is over.
        payments.gateways.port.ProviderAway: nothing was heard; try again.
    """
    waiting = Order.objects.filter(checkout=checkout, state=Order.State.PLACED)
    if checkout.closes_at <= clock.now() or not waiting.exists():
        raise PaymentIsOver(checkout.key)
    try:
        return charging.open_at_provider(checkout.charge, base_url=base_url)
    except charging.ChargeIsOver as fact:
        raise PaymentIsOver(checkout.key) from fact


def refresh(charge_id: int) -> None:
    """Ask the provider how a charge stands and do what follows from it, once.

    Call it outside a transaction. A charge of another room is no matter.

    Raises:
        payments.gateways.port.ProviderAway: nothing is known; the poller asks again.
    """
    charge = Charge.objects.get(pk=charge_id)
    if charge.state != Charge.State.PAID:
        charge = charging.refresh(charge)
    _follow(charge)


def close_unpaid(now: datetime) -> int:
    """Close the checkouts whose time to pay is over; return how many this call closed.

    Each is closed at the provider first: what was paid at the last moment is paid.
    """
    overdue = Checkout.objects.filter(
        pk__in=Order.objects.unpaid_too_long(now=now).values("checkout")
    ).select_related("charge")
    return sum(one_by_one(_close, overdue.order_by("closes_at", "pk"), away=ProviderAway))


def unsettled() -> list[int]:
    """Return the ids of charges whose outcome the orders do not show yet, oldest first."""
    late = Q(
        state=Order.State.CANCELLED,
        paid_at=None,
        checkout__charge__state=Charge.State.PAID,
        checkout__closes_at__gte=clock.now() - LATEST,
    )
    waiting = Q(state=Order.State.PLACED) & ~Q(checkout__charge__state=Charge.State.CREATED)
    charges = Order.objects.filter(waiting | late).values("checkout__charge")
    return list(Charge.objects.filter(pk__in=charges).order_by("pk").values_list("pk", flat=True))


def _close(checkout: Checkout) -> bool:
    charging.close(checkout.charge)
    return _follow(checkout.charge)


def _follow(charge: Charge) -> bool:
    """Do what follows from the charge's state; whether this call closed its orders."""
    if charge.state == Charge.State.PAID:
        _settle(charge)
    elif charge.state == Charge.State.CLOSED:
        return _cancel(charge)
    return False


@transaction.atomic
def _settle(charge: Charge) -> None:
    orders = _orders_of(charge)
    if not orders or not escrow.hold(charge, orders):
        return  # settled before, by whoever heard of it first
    now = clock.now()
    placed = [order for order in orders if order.state == Order.State.PLACED]
    for line in _lines_of(placed):
        stock.sell(variant_id=line.variant_id, quantity=line.quantity, key=f"line:{line.key}:sold")
        commissions.paid(line_key=line.key, at=now)
    for order in orders:
        if order in placed:
            move(order, to=Order.State.PAID, table=MAY_BECOME, paid_at=now)
            news.to_vendor(order, kind="order_paid_vendor")
            news.to_buyer(order, kind="order_placed")
        else:
            refunds.of_late_payment(order=order, at=now)


@transaction.atomic
def _cancel(charge: Charge) -> bool:
    bag = _bag_of(charge)
    closing = [order for order in _orders_of(charge) if order.state == Order.State.PLACED]
    now = clock.now()
    lines = _lines_of(closing)
    for line in lines:
        key = f"line:{line.key}:released"
        stock.release(variant_id=line.variant_id, quantity=line.quantity, key=key)
        commissions.void(line_key=line.key, at=now)
    for order in closing:
        move(order, to=Order.State.CANCELLED, table=MAY_BECOME, ended_at=now)
    if bag is not None:
        bags.put_back(bag=bag, lines=lines)
    return bool(closing)


def _bag_of(charge: Charge) -> Bag | None:
    """Return the bag a charge's lines came from, locked; at sign-in it may become another."""
    came_from = Checkout.objects.filter(charge=charge).values_list("bag_id", flat=True)
    bag_id = came_from.first()
    bag = bags.lock(bag_id)
    if bag is None and bag_id is not None:
        bag = bags.lock(came_from.first())
    return bag


def _orders_of(charge: Charge) -> list[Order]:
    """Return the orders one charge pays for, locked."""
    return locked(
        Order.objects.filter(checkout__charge=charge).select_related("shop", "checkout__charge")
    )


def _lines_of(orders: list[Order]) -> list[OrderLine]:
    """Return the lines of all these orders in the one order in which stock is locked."""
    return list(OrderLine.objects.filter(order__in=orders).order_by("variant_id", "pk"))
