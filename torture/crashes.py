"""The crash matrix (T26): kill -9 before and after every commit on money's way.

For each way the job is done in a child process that dies at its first commit, in a fresh
world again at its second, and so on until it lives to its end: no commit is left out,
because the wire counts them and the job does not know. Then everything heals, and the
provider's journal is compared with the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings

from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from orders import fulfilment, paying, refunds
from orders.models import Order
from payments import payouts
from referrals import commissions
from torture.healing import heal
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies
from torture.victims import dies_at

SEEDS = 50
TOO_MANY_COMMITS = 60


class TooManyCommits(Exception):
    """A way made so many commits that something must be wrong with it."""


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


def prove(stage: Stage) -> Proof:
    """Kill every way at every commit, before and after, for each seed; then compare."""
    kills: Counter[str] = Counter()
    seeds = 1 if stage.is_quick else SEEDS
    for seed in range(stage.seed, stage.seed + seeds):
        for name, way in WAYS.items():
            for when in ("before", "after"):
                kills[f"{name}.{when}"] += _kill_at_every_commit(way, when, stage, seed)
    figures = {"seeds": seeds, "crashes": kills.total(), "by_way": dict(kills)}
    return Proof(figures, lies(stage.provider))


def _kill_at_every_commit(way: Way, when: str, stage: Stage, seed: int) -> int:
    for commit in range(1, TOO_MANY_COMMITS):
        street = Street.open(stage.provider, seed=seed * 1000 + commit)
        there = way.prepare(street)
        if not dies_at(partial(way.job, there), wire=stage.wire, commit=commit, when=when):
            heal()
            return commit - 1
        heal()
    raise TooManyCommits(when)
