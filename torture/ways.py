"""The ways of money, each with what must be there before and the job that does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings

from api import acting
from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from orders import fulfilment, paying, refunds
from orders.models import Order, OrderRefund
from orders.sums import Back
from payments import carrying, destinations, inbox, payouts
from payments.gateways import bank_statement
from payments.models import Payout, PayoutFile, ProviderEvent, Refund
from people.models import Person
from referrals import commissions
from torture.bank import BANK
from torture.street import Street

# How a person of this number is known where each rail pays.
PLACES: dict[str, Callable[[int], str]] = {
    "stripe": lambda number: f"acct_T{number:08d}",
    "bank_csv": lambda number: _card(f"62220212{number:07d}"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of money: what must be there before, the job that may die, and what people do then.

    ``afterwards`` is what no sweep can do: a person presses again, or carries a file.
    """

    prepare: Callable[[Street], Any]
    job: Callable[[Any], object]
    afterwards: Callable[[Any], object] | None = None


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


def _released_on(rail: str, street: Street) -> Order:
    """A released order whose shop and sharers are paid by another rail than the sandbox."""
    for person in (street.vendor, *street.sharers):
        destinations.set_destination(
            person=person, identifier=PLACES[rail](person.pk), holder=person.name, provider=rail
        )
    return _released(street)  # more than a week later, when a new destination has cooled


# --- refunds ----------------------------------------------------------------------------


def _refund(order: Order) -> None:
    refund = refunds.before_dispatch(order=order, by=None)
    refunds.refresh(refund.pk)


def _to_refund_in_part(street: Street) -> tuple[Order, Back, str]:
    """A received order, and how much of it is to go back, some with its shipping."""
    order = fulfilment.confirm(order=_shipped(street))
    line = order.lines.order_by("pk")[0]
    goods_minor = street.rng.randint(1, line.total_minor)
    shipping_minor = street.rng.choice([0, order.shipping_minor])
    return order, Back({line.key: goods_minor}, shipping_minor), uuid4().hex


def _refund_in_part(asked: tuple[Order, Back, str]) -> Refund:
    order, back, key = asked
    house = OrderRefund.Asker.HOUSE
    refund = refunds.ask(order=order, back=back, asker=house, by=None, why="a jar leaked", key=key)
    refunds.refresh(refund.pk)
    return refund


def _bounced(street: Street) -> ProviderEvent:
    """The news, kept, that a part which was paid back has been sent back to us since."""
    refund = _refund_in_part(_to_refund_in_part(street))
    row = street.provider.wait_for("refunds", refund.reference, "settled")
    refunds.refresh(refund.pk)
    street.provider.ask("POST", f"/v1/refunds/{row['id']}/return")
    told = street.provider.events_of(refund.reference)[-1]
    event = json.loads(told["body"])
    kept = inbox.store(
        provider="sandbox",
        event_id=event["id"],
        kind=event["type"],
        reference=refund.reference,
        payload=event,
    )
    assert kept is not None
    return kept


# --- payouts ----------------------------------------------------------------------------


def _ask_for_payouts(order: Order) -> None:
    """Ask for what the shop and whoever earned from this order may have without approval."""
    assert order.attribution is not None
    sharer = order.attribution.sharer
    payees = {
        accounts.shop(order.shop_id, order.currency): order.shop.owner,
        accounts.sharer(sharer.pk, order.currency): sharer,
    }
    for account, person in payees.items():
        amount_minor = min(balance_of(account), settings.PAYOUT_AUTO_LIMIT_MINOR)
        if amount_minor >= settings.PAYOUT_MINIMUM_MINOR:
            run = order.public_id
            payouts.ask(person=person, account=account, amount_minor=amount_minor, run=run)


def _pay_out(order: Order) -> None:
    _ask_for_payouts(order)
    payouts.send_due()
    payouts.look_up_due()


# --- by file ----------------------------------------------------------------------------


def _to_carry(street: Street) -> Person:
    """Payouts that wait for a file, and who makes it."""
    _ask_for_payouts(_released_on(BANK.rail, street))
    return street.vendor


def _make_file(by: Person) -> None:
    with suppress(carrying.NothingToCarry):
        carrying.make_file(rail=BANK.rail, currency="CNY", by=by)


def _carry(by: Person) -> None:
    """Press again, take every file to the bank, and bring its statement back."""
    _make_file(by)
    _bring((by, _paid_by_the_bank()))


def _paid_by_the_bank() -> bytes:
    for content in PayoutFile.objects.order_by("pk").values_list("content", flat=True):
        BANK.take(bytes(content))
    return BANK.statement()


def _to_bring(street: Street) -> tuple[Person, bytes]:
    """A statement of a file that the bank has paid."""
    by = _to_carry(street)
    _make_file(by)
    return by, _paid_by_the_bank()


def _bring(brought: tuple[Person, bytes]) -> None:
    by, content = brought
    if content:
        with suppress(carrying.BroughtBefore):
            carrying.bring_statement(rail=BANK.rail, currency="CNY", content=content, by=by)


def _bring_again(brought: tuple[Person, bytes]) -> None:
    """Bring the same statement again, after which nothing that it speaks of may be open."""
    _bring(brought)
    told = [line.reference for line in bank_statement.read(brought[1], currency="CNY").lines]
    still_open = Payout.objects.filter(reference__in=told, state=Payout.State.UNKNOWN)
    assert not still_open.exists(), list(still_open)


def _card(number: str) -> str:
    """Return a card number with its check digit."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
    return f"{number}{-sum(value // 10 + value % 10 for value in doubled) % 10}"


WAYS = {
    "pay_in": Way(Street.paid_at_provider, lambda order: paying.refresh(order.checkout.charge_id)),
    "complete": Way(_shipped, lambda order: fulfilment.confirm(order=order)),
    "refund": Way(Street.paid, _refund),
    "refund_part": Way(_to_refund_in_part, _refund_in_part, afterwards=_refund_in_part),
    "refund_undone": Way(_bounced, acting.act_at_once),
    "release": Way(_held, lambda _: commissions.release_due(clock.now())),
    "payout": Way(_released, _pay_out),
    "payout_stripe": Way(partial(_released_on, "stripe"), _pay_out),
    "bank_file": Way(_to_carry, _make_file, afterwards=_carry),
    "bank_statement": Way(_to_bring, _bring, afterwards=_bring_again),
}
