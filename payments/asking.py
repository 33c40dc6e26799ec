"""Asking for a payout: the money is set aside with the row, or nothing is written."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from kit import clock
from kit.after_commit import after_commit
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import balance_of
from ledger.posting import Overdrawn, post
from payments import destinations, holds, limits
from payments.gateways.registry import enabled_rails
from payments.models import Destination, Payout
from people.models import Person


class BelowMinimum(Exception):
    """Less than the house, or the rail, sends at once; nothing was written."""


class AboveMaximum(Exception):
    """More than the rail sends at once; nothing was written."""

    def __init__(self, most_minor: int) -> None:
        """Take the most that can be sent at once, in minor units."""
        super().__init__(most_minor)
        self.most_minor = most_minor


class NoDestination(Exception):
    """The person has not said where the money should go; nothing was written."""


class DestinationTooFresh(Exception):
    """The destination was changed a short while ago; nothing was written."""

    def __init__(self, usable_at: datetime) -> None:
        """Take the moment from which money may be sent there."""
        super().__init__(usable_at.isoformat())
        self.usable_at = usable_at


class PayoutOpen(Exception):
    """Another payout of this account is still under way; nothing was written."""


@transaction.atomic
def ask(*, person: Person, account: Side, amount_minor: int, run: str) -> Payout:
    """Reserve ``amount_minor`` of an account for its owner, or return what this run reserved.

    Above the house's limits it waits for people to approve it; else it is sent at once.

    Args:
        person: whose destination it is sent to.
        account: the ledger side it is taken from.
        amount_minor: minor units of the account's currency.
        run: names who asked; one payout an account a run, however often it is asked.

    Raises:
        BelowMinimum, AboveMaximum, NoDestination, DestinationTooFresh, PayoutOpen: as they say.
        OnHold: the person's money is held.
        Overdrawn: the account holds less. Its floor may be lower, but only a refund may
            take it below zero.
    """
    before = Payout.objects.filter(account=account.code, run=run).first()
    if before is not None:
        return before
    if amount_minor < settings.PAYOUT_MINIMUM_MINOR:
        raise BelowMinimum(amount_minor)
    destination = usable_destination(person, currency=account.currency)
    _refuse_beyond_the_rail(destination, amount_minor)
    payout = new_payout(
        person=person, account=account, amount_minor=amount_minor, run=run, destination=destination
    )
    try:
        with transaction.atomic():
            payout.save(force_insert=True)
    except IntegrityError:
        before = Payout.objects.filter(account=account.code, run=run).first()
        if before is None:
            raise PayoutOpen(account.code) from None
        return before
    reserve(payout, account)
    if payout.state == Payout.State.RESERVED:
        after_commit("payments.send_payouts")
    return payout


def usable_destination(person: Person, *, currency: str) -> Destination:
    """Return where this person's money may be sent right now.

    Raises:
        OnHold: nothing may be sent to them.
        NoDestination: they named none, or one that no rail serves here any more.
        DestinationTooFresh: it was changed a short while ago.
    """
    hold = holds.holding(person)
    if hold is not None:
        raise holds.OnHold(hold)
    destination = destinations.in_use(person)
    served = {rail.name: rail.capabilities for rail in enabled_rails()}
    able = served.get(destination.provider) if destination else None
    if destination is None or able is None or currency not in able.currencies:
        raise NoDestination(person.pk)
    usable_at = destinations.usable_at(destination)
    if usable_at > clock.now():
        raise DestinationTooFresh(usable_at)
    return destination


def _refuse_beyond_the_rail(destination: Destination, amount_minor: int) -> None:
    for rail in enabled_rails():
        if rail.name != destination.provider:
            continue
        if amount_minor < rail.capabilities.minimum_minor:
            raise BelowMinimum(amount_minor)
        if amount_minor > rail.capabilities.maximum_minor:
            raise AboveMaximum(rail.capabilities.maximum_minor)


def new_payout(
    *, person: Person, account: Side, amount_minor: int, run: str, destination: Destination
) -> Payout:
    """Return an unsaved payout with its own copy of the destination and of the limits."""
    is_shared = person.pk in limits.shared_places([person.pk])
    approval = limits.approval_of(amount_minor=amount_minor, is_shared=is_shared)
    return Payout(
        person=person,
        account=account.code,
        run=run,
        amount_minor=amount_minor,
        currency=account.currency,
        provider=destination.provider,
        destination=destination.identifier,
        holder=destination.holder,
        state=approval.state,
        approvals_needed=approval.needed,
        waits_for=approval.waits_for,
    )


def reserve(payout: Payout, account: Side) -> None:
    """Set the money of a saved payout aside, in the caller's transaction.

    Raises:
        Overdrawn: the account holds less; the caller's transaction must not go on.
    """
    key = f"payout:{payout.pk}:reserved"
    transit = accounts.in_transit(account.code, account.currency)
    post(key=key, legs={account: -payout.amount_minor, transit: payout.amount_minor})
    # Posting has locked the account, so this is its balance until we commit.
    if balance_of(account) < 0:
        raise Overdrawn(key)
