"""The ways of money, each with what must be there before and the job that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings

from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from orders import fulfilment, paying, refunds
from orders.models import Order
from payments import payouts
from referrals import commissions
from torture.street import Street


@dataclass(frozen=True, slots=True)
class Way:
    """One way of money: what must be there before, and the job that may die."""

    prepare: Callable[[Street], Any]
    job: Callable[[Any], object]


def _shipped(street: Street) -> Order:
    return fulfilment.dispatch(order=street.paid(), carrier="SF", number="SF1", by=street.vendor)


def _held(street: Street) -> Order:
    """A received order whose return window is over."""
    order = fulfilment.confirm(order=_shipped(street))
    clock.move(by=timedelta(days=8))
    return order


def _released(street: Street) -> Order:
    order = _held(street)
    commissions.release_due(clock.now())
    return order


def _refund(order: Order) -> None:
    refund = refunds.before_dispatch(order=order, by=None)
    refunds.refresh(refund.pk)


def _pay_out(order: Order) -> None:
    """Pay the shop and whoever earned from this order."""
    assert order.attribution is not None
    sharer = order.attribution.sharer
    payees = {
        accounts.shop(order.shop_id, order.currency): order.shop.owner,
        accounts.sharer(sharer.pk, order.currency): sharer,
    }
    for account, person in payees.items():
        balance_minor = balance_of(account)
        if balance_minor >= settings.PAYOUT_MINIMUM_MINOR:
            run = order.public_id
            payouts.ask(person=person, account=account, amount_minor=balance_minor, run=run)
    payouts.send_due()
    payouts.look_up_due()


WAYS = {
    "pay_in": Way(Street.paid_at_provider, lambda order: paying.refresh(order.checkout.charge_id)),
    "complete": Way(_shipped, lambda order: fulfilment.confirm(order=order)),
    "refund": Way(Street.paid, _refund),
    "release": Way(_held, lambda _: commissions.release_due(clock.now())),
    "payout": Way(_released, _pay_out),
}
