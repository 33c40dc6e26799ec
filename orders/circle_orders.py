"""Circle orders: asked for by a host, agreed to by a shop, closed in time, called off.

Members join in ``orders.circle_joining``; what the host hands out is ``orders.circle_handing``.
Every change happens under the row's lock, which a checkout that joins holds as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.recording import record
from catalog.models import Product
from kit import clock
from kit.locks import locked, one_at_a_time
from kit.states import TransitionRefused, move
from kit.sweeping import one_by_one
from orders import asking, circle_news
from orders.models import CircleOrder, CircleParcel, Order, OrderRefund
from orders.states import CIRCLE_ORDER_MAY_BECOME
from people.models import Circle, Person
from referrals import links

S = CircleOrder.State

# More at once is a shop of its own; nobody remembers what to fetch where.
MOST_LIVE: Final = 5
# Who asks and calls off all day only rings at shops' doors.
MOST_ASKED_A_DAY: Final = 10
# A shop that has said nothing for a week says no.
ANSWER_WAIT: Final = timedelta(days=7)
# What a provider will not send back is asked for again, and both sides are told, once a day.
PAY_BACK_AGAIN: Final = timedelta(days=1)
# An order in one of these is still to be handed out; who confirmed that they have it, has it.
TO_COME = (Order.State.PLACED, Order.State.PAID, Order.State.SHIPPED)


class NotTheHost(Exception):
    """Somebody else hosts the circle; nothing was written."""


class NotOnSale(Exception):
    """The product was taken down, or its shop closed; nothing was written."""


class AskedBefore(Exception):
    """The circle orders this product together already; nothing was written."""


class TooManyLive(Exception):
    """The circle orders as many things together as it can; nothing was written."""


class AskedTooOften(Exception):
    """This host has asked shops often enough for a day; nothing was written."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """Where everything goes, when it can be fetched, and whose phone the carrier calls."""

    region: str
    address: str
    words: str
    phone: str


@transaction.atomic
def ask(
    *, circle: Circle, host: Person, product: Product, pickup: Pickup, words: str, open_hours: int
) -> CircleOrder:
    """Ask a shop to sell a product to a circle together; it is told.

    Args:
        circle: open, and hosted by ``host``.
        host: who asks, and hands out what comes.
        product: on sale.
        pickup: where everything goes.
        words: what members read.
        open_hours: for how long members may order, from the shop's yes on; a week at most.

    Raises:
        NotTheHost, NotOnSale, AskedBefore, TooManyLive, AskedTooOften: as they say.
    """
    one_at_a_time(f"orders:circle:{circle.pk}")
    if not Circle.objects.open().filter(pk=circle.pk, host=host).exists():
        raise NotTheHost(circle.pk)
    if not Product.objects.on_sale().filter(pk=product.pk).exists():
        raise NotOnSale(product.pk)
    here = CircleOrder.objects.live().filter(circle=circle)
    if here.filter(product=product).exists():
        raise AskedBefore(product.pk)
    if here.count() >= MOST_LIVE:
        raise TooManyLive(circle.pk)
    today = CircleOrder.objects.filter(host=host, asked_at__gt=clock.now() - timedelta(days=1))
    if today.count() >= MOST_ASKED_A_DAY:
        raise AskedTooOften(host.pk)
    try:
        row = CircleOrder.objects.create(
            circle=circle,
            host=host,
            shop_id=product.shop_id,
            product=product,
            link=links.link_for(person=host, product=product),
            words=words,
            region=pickup.region,
            address=pickup.address,
            pickup_words=pickup.words,
            phone=pickup.phone,
            open_hours=open_hours,
        )
    except IntegrityError as fact:
        raise AskedBefore(product.pk) from fact
    circle_news.to_shop(row, "circle_order_asked")
    return row


@transaction.atomic
def accept(*, circle_order: CircleOrder, by: Person) -> CircleOrder:
    """Agree to it, for the shop: members may order from now on, and are told.

    Raises:
        TransitionRefused: it was answered or called off before, or its circle has closed.
    """
    row = hold(circle_order)
    if row.circle.state != Circle.State.OPEN:
        raise TransitionRefused(f"{row.public_id} is of a circle that has closed")
    now = clock.now()
    closes_at = now + timedelta(hours=row.open_hours)
    move(row, to=S.OPEN, table=CIRCLE_ORDER_MAY_BECOME, opened_at=now, closes_at=closes_at)
    _record(row, by, "circle_order.accepted")
    circle_news.to_host(row, "circle_order_accepted")
    circle_news.to_members(row, "circle_order_open")
    return row


@transaction.atomic
def refuse(*, circle_order: CircleOrder, by: Person, why: str) -> CircleOrder:
    """Say no to it, for the shop; the host reads why.

    Raises:
        TransitionRefused: it was answered or called off before.
    """
    row = hold(circle_order)
    if row.state != S.ASKED:
        raise TransitionRefused(f"{row.public_id} is {row.state}")
    _call_off(row, why)
    _record(row, by, "circle_order.refused")
    circle_news.to_host(row, "circle_order_refused")
    return row


@transaction.atomic
def close(*, circle_order: CircleOrder) -> CircleOrder:
    """Take no more orders; host, shop and whoever ordered are told.

    Raises:
        TransitionRefused: it is not open.
    """
    row = hold(circle_order)
    # Read under the lock: whoever joined before it did so earlier.
    move(row, to=S.CLOSED, table=CIRCLE_ORDER_MAY_BECOME, closed_at=clock.now())
    circle_news.to_host(row, "circle_order_closed")
    circle_news.to_shop(row, "circle_order_closed_shop")
    circle_news.to_buyers(row, "circle_order_closed_buyer")
    return row


@transaction.atomic
def cancel(*, circle_order: CircleOrder, by: Person, why: str) -> CircleOrder:
    """Call it off, as its host, before it closes: who has paid gets all of it back.

    Raises:
        TransitionRefused: it is closed or over, or the shop has sent some of it.
    """
    row = hold(circle_order)
    if not may_cancel(row):
        raise TransitionRefused(f"{row.public_id} is {row.state}, or partly on its way")
    _call_off(row, why)
    _record(row, by, "circle_order.cancelled")
    circle_news.to_shop(row, "circle_order_cancelled")
    circle_news.to_buyers(row, "circle_order_cancelled")
    return row


def may_cancel(row: CircleOrder) -> bool:
    """Whether it can be called off: it has not closed, and nothing of it was sent."""
    return row.state in {S.ASKED, S.OPEN} and not _is_partly_sent(row)


def mind(now: datetime) -> int:
    """Close what is due, end what is over, pay back what was called off; return how many.

    Each by itself, so that one that fails holds up no other.
    """
    waits = _to_hand_out().filter(circle_order=OuterRef("pk"))
    is_late, has_nobody = Q(asked_at__lte=now - ANSWER_WAIT), Q(circle__state=Circle.State.CLOSED)
    unheard = CircleOrder.objects.filter(is_late | has_nobody, state=S.ASKED)
    done = _quietly(lambda row: close(circle_order=row), CircleOrder.objects.due_to_close(now=now))
    done += _quietly(_give_up, unheard)
    done += _quietly(_end, CircleOrder.objects.filter(~Exists(waits), state=S.CLOSED))
    return done + len(one_by_one(_pay_back, _called_off_and_paid(now), away=TransitionRefused))


@transaction.atomic
def end_if_done(row: CircleOrder) -> None:
    """End a closed one of which nothing is left to hand out; its lock is held."""
    if row.state != S.CLOSED or _to_hand_out().filter(circle_order=row).exists():
        return
    had = Q(handed_out_at__isnull=False) | Q(order__state=Order.State.COMPLETED)
    was_any = CircleParcel.objects.filter(had, circle_order=row).exists()
    to = S.HANDED_OUT if was_any else S.CANCELLED
    move(row, to=to, table=CIRCLE_ORDER_MAY_BECOME, ended_at=clock.now())
    if was_any:
        circle_news.to_shop(row, "circle_order_handed_out")


def hold(circle_order: CircleOrder) -> CircleOrder:
    """Lock a circle order and return it as it is now; must stand in a transaction."""
    rows = CircleOrder.objects.select_related("circle", "host", "shop", "product")
    return locked(rows.filter(pk=circle_order.pk))[0]


def _is_partly_sent(row: CircleOrder) -> bool:
    sent = CircleParcel.objects.filter(circle_order=row, order__shipped_at__isnull=False)
    return sent.exists()


def _to_hand_out() -> QuerySet[CircleParcel]:
    return CircleParcel.objects.filter(handed_out_at=None, order__state__in=TO_COME)


def _quietly(act: Callable[[CircleOrder], object], rows: QuerySet[CircleOrder]) -> int:
    return len(one_by_one(act, rows.order_by("pk"), away=TransitionRefused))


@transaction.atomic
def _give_up(circle_order: CircleOrder) -> None:
    row = hold(circle_order)
    if row.state == S.ASKED:
        _call_off(row, "")
        if row.circle.state == Circle.State.OPEN:  # or whoever hosted it closed it themselves
            circle_news.to_host(row, "circle_order_unheard")


@transaction.atomic
def _end(circle_order: CircleOrder) -> None:
    end_if_done(hold(circle_order))


def _call_off(row: CircleOrder, why: str) -> None:
    move(row, to=S.CANCELLED, table=CIRCLE_ORDER_MAY_BECOME, ended_at=clock.now(), why=why)


def _called_off_and_paid(now: datetime) -> list[CircleParcel]:
    """Return the paid orders of what was called off; also those paid a moment after that.

    One whose money the provider would not send back waits a day before it is asked again.
    """
    refused = OrderRefund.objects.filter(
        order=OuterRef("order"), refused_at__isnull=False, asked_at__gt=now - PAY_BACK_AGAIN
    )
    called_off = CircleParcel.objects.filter(
        circle_order__state=S.CANCELLED, order__state=Order.State.PAID
    )
    due = called_off.exclude(Exists(refused.filter(asker=OrderRefund.Asker.HOUSE)))
    return list(due.select_related("order", "circle_order").order_by("pk"))


def _pay_back(parcel: CircleParcel) -> None:
    asking.called_off(order=parcel.order, why=parcel.circle_order.why)


def _record(row: CircleOrder, by: Person, act: str) -> None:
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"circle_order:{row.public_id}",
        after={"state": row.state, "why": row.why},
    )
