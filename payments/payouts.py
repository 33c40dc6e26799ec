"""Sending people their money: reserve, claim, send, record; what is not known is looked up.

The money is set aside before the provider hears of it, and no payout is ever sent again
on a guess: an answer that was not heard is asked for by our reference, and only a
provider that knows nothing of it is asked once more.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from kit import clock, states
from kit.after_commit import after_commit
from kit.locks import locked
from kit.states import TransitionRefused
from kit.sweeping import one_by_one
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import balance_of
from ledger.posting import Overdrawn, post
from notifications.telling import tell
from payments import destinations, reasons
from payments.gateways.port import Absent, PayoutFact, PayoutStatus, PayoutWanted, Unknown
from payments.gateways.registry import rail
from payments.models import Destination, Payout, PayoutAttempt
from payments.states import PAYOUT_MAY_BECOME
from people.models import Person

log = logging.getLogger(__name__)

# A call to a provider ends within ten seconds, one way or another; a claim holds ten calls.
CLAIMED_AT_ONCE = 10
LEASE = timedelta(minutes=5)

# Asked again after as long as we have waited already: soon at first, then ever less often.
SHORTEST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=6)

BECOMES: dict[PayoutStatus, str] = {
    "accepted": Payout.State.ACCEPTED,
    "awaiting_payee": Payout.State.ACCEPTED,
    "settled": Payout.State.SETTLED,
    "rejected": Payout.State.RETURNED,
    "returned": Payout.State.RETURNED,
    "expired": Payout.State.RETURNED,
}


class BelowMinimum(Exception):
    """Less than the house sends at once; nothing was written."""


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

    Args:
        person: whose destination it is sent to.
        account: the ledger side it is taken from.
        amount_minor: minor units of the account's currency.
        run: names who asked; one payout an account a run, however often it is asked.

    Raises:
        BelowMinimum, NoDestination, DestinationTooFresh, PayoutOpen: as they say.
        Overdrawn: the account holds less. Its floor may be lower, but only a refund may
            take it below zero.
    """
    before = Payout.objects.filter(account=account.code, run=run).first()
    if before is not None:
        return before
    if amount_minor < settings.PAYOUT_MINIMUM_MINOR:
        raise BelowMinimum(amount_minor)
    destination = _usable_destination(person)
    try:
        with transaction.atomic():
            payout = Payout.objects.create(
                person=person,
                account=account.code,
                run=run,
                amount_minor=amount_minor,
                currency=account.currency,
                provider=destination.provider,
                destination=destination.identifier,
            )
    except IntegrityError:
        before = Payout.objects.filter(account=account.code, run=run).first()
        if before is None:
            raise PayoutOpen(account.code) from None
        return before
    _reserve(payout, account)
    after_commit("payments.send_payouts")
    return payout


def _usable_destination(person: Person) -> Destination:
    destination = destinations.in_use(person)
    if destination is None:
        raise NoDestination(person.pk)
    usable_at = destinations.usable_at(destination)
    if usable_at > clock.now():
        raise DestinationTooFresh(usable_at)
    return destination


def _reserve(payout: Payout, account: Side) -> None:
    key = f"payout:{payout.pk}:reserved"
    transit = accounts.in_transit(account.code, account.currency)
    post(key=key, legs={account: -payout.amount_minor, transit: payout.amount_minor})
    # Posting has locked the account, so this is its balance until we commit.
    if balance_of(account) < 0:
        raise Overdrawn(key)


def send_due() -> int:
    """Send every payout whose turn it is; return how many were sent."""
    sent = 0
    while claimed := claim():
        heard = one_by_one(_send_and_record, claimed)
        sent += len(claimed)
        if not any(heard):
            break  # nobody answers: what is not claimed yet waits, unsent, for the next beat
    return sent


def _send_and_record(payout: Payout) -> bool:
    answer = send(payout)
    record(payout=payout, answer=answer)
    return isinstance(answer, PayoutFact)


@transaction.atomic
def claim(*, most: int = CLAIMED_AT_ONCE) -> list[Payout]:
    """Take payouts that are due, so that no other worker sends them.

    Each gets the next attempt number and a row for it before any call is made.
    """
    now = clock.now()
    due = Payout.objects.claimable(now=now).select_for_update(skip_locked=True, no_key=True)
    claimed = list(due[:most])
    for payout in claimed:
        states.move(
            payout,
            to=Payout.State.SUBMITTING,
            table=PAYOUT_MAY_BECOME,
            attempt=payout.attempt + 1,
            lease_until=now + LEASE,
        )
    PayoutAttempt.objects.bulk_create(
        PayoutAttempt(payout=payout, number=payout.attempt, started_at=now) for payout in claimed
    )
    return claimed


def send(payout: Payout) -> PayoutFact | Unknown:
    """Ask the provider to pay; call it outside a transaction, with a claimed payout."""
    return rail(payout.provider).send_payout(_wanted(payout))


def _wanted(payout: Payout) -> PayoutWanted:
    """Return what a rail is told: the frozen row, and which try this is as the rail counts."""
    attempts = payout.attempts.order_by("number")
    refused = attempts.filter(outcome="rejected").count()
    first = attempts.exclude(outcome="rejected").first()
    to = Destination.objects.filter(person_id=payout.person_id, identifier=payout.destination)
    named = to.order_by("-pk").first()
    return PayoutWanted(
        reference=payout.reference,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        destination=payout.destination,
        holder=named.holder if named else "",
        attempt=refused + 1,
        first_sent_at=first.started_at if first else None,
        description=payout.run,
    )


@transaction.atomic
def record(*, payout: Payout, answer: PayoutFact | Unknown) -> bool:
    """Write down what the provider answered to this attempt.

    Returns:
        False when the attempt is over: this worker woke too late, and what became of the
        payout is being looked up, or is known, elsewhere.
    """
    attempts = PayoutAttempt.objects.filter(payout=payout, number=payout.attempt, outcome="")
    heard = answer.status if isinstance(answer, PayoutFact) else "unknown"
    attempts.update(outcome=heard, answer=asdict(answer))
    row = _locked(payout)
    if (row.state, row.attempt) != (Payout.State.SUBMITTING, payout.attempt):
        return False
    if isinstance(answer, Unknown) or not _take_over(row, answer):
        states.move(
            row,
            to=Payout.State.UNKNOWN,
            table=PAYOUT_MAY_BECOME,
            next_attempt_at=clock.now() + SHORTEST_WAIT,
        )
    return True


def look_up_due() -> int:
    """Ask about every payout that is not decided; return how many were asked about."""
    sweep()
    due = list(Payout.objects.to_look_up(now=clock.now())[:100])
    one_by_one(look_up, due)
    return len(due)


def sweep() -> int:
    """Give up waiting for senders that died or hang; return for how many."""
    swept = 0
    now = clock.now()
    for payout in Payout.objects.abandoned(now=now):
        try:
            states.move(
                payout, to=Payout.State.UNKNOWN, table=PAYOUT_MAY_BECOME, next_attempt_at=now
            )
            swept += 1
        except TransitionRefused:
            log.info("payout %s was recorded at the last moment", payout.reference)
    return swept


def refresh(payout_id: int) -> bool:
    """Ask the provider how a payout stands; False when it did not answer."""
    return look_up(Payout.objects.get(pk=payout_id))


def look_up(payout: Payout) -> bool:
    """Ask the provider by our reference, and believe it.

    Call it outside a transaction. A payout that is proven absent waits for its next
    attempt, under the same reference.

    Returns:
        Whether the provider answered.
    """
    answer = rail(payout.provider).payout(_wanted(payout))
    with transaction.atomic():
        row = _locked(payout)
        if isinstance(answer, PayoutFact):
            _take_over(row, answer)
        elif isinstance(answer, Absent) and _is_proven_absent(row, asked_about=payout):
            states.move(row, to=Payout.State.RESERVED, table=PAYOUT_MAY_BECOME)
        if row.is_open:
            Payout.objects.filter(pk=row.pk).update(next_attempt_at=clock.now() + _wait(row))
    return not isinstance(answer, Unknown)


def _is_proven_absent(row: Payout, *, asked_about: Payout) -> bool:
    # An answer about an earlier attempt proves nothing about the one now under way.
    return row.state == Payout.State.UNKNOWN and row.attempt == asked_about.attempt


def _wait(row: Payout) -> timedelta:
    """Return how long to leave the provider in peace."""
    if row.lease_until is None:
        return timedelta(0)  # never sent: nothing to wait for
    waited = clock.now() - (row.lease_until - LEASE)
    return min(max(waited, SHORTEST_WAIT), LONGEST_WAIT)


def _locked(payout: Payout) -> Payout:
    return locked(Payout.objects.filter(pk=payout.pk))[0]


def _take_over(row: Payout, fact: PayoutFact) -> bool:
    """Move a locked payout to where the provider has it; False when the sum is not ours."""
    if (fact.amount_minor, fact.currency) != (row.amount_minor, row.currency):
        log.error("payout %s has another amount at the provider", row.reference)
        return False
    to, came_from = BECOMES[fact.status], row.state
    if came_from not in PAYOUT_MAY_BECOME[to]:
        return True  # known before
    now = clock.now()
    states.move(
        row,
        to=to,
        table=PAYOUT_MAY_BECOME,
        provider_ref=fact.provider_ref,
        reason=fact.reason[:120],
        next_attempt_at=now + SHORTEST_WAIT,
        settled_at=now if to == Payout.State.SETTLED else row.settled_at,
    )
    if to == Payout.State.SETTLED:
        _settle(row)
    if to == Payout.State.RETURNED:
        _give_back(row, had_arrived=came_from == Payout.State.SETTLED)
    _tell(row)
    return True


def _settle(row: Payout) -> None:
    outside = accounts.outside(row.provider, row.currency)
    transit = accounts.in_transit(row.account, row.currency)
    post(
        key=f"payout:{row.pk}:settled",
        legs={transit: -row.amount_minor, outside: row.amount_minor},
    )


def _give_back(row: Payout, *, had_arrived: bool) -> None:
    """Put the money back where it was taken from."""
    account = accounts.named(row.account, row.currency)
    if had_arrived:
        held = accounts.outside(row.provider, row.currency)
    else:
        held = accounts.in_transit(row.account, row.currency)
    post(
        key=f"payout:{row.pk}:returned:{row.attempt}",
        legs={held: -row.amount_minor, account: row.amount_minor},
    )


def _tell(row: Payout) -> None:
    """Tell the owner once that it was sent, and once if it came back."""
    came_back = row.state == Payout.State.RETURNED
    data: dict[str, int | str] = {"amount_minor": row.amount_minor, "currency": row.currency}
    if came_back:
        data["reason"] = reasons.words(row.reason, language=row.person.language)
    tell(
        person_id=row.person_id,
        kind="payout_returned" if came_back else "payout_sent",
        key=f"payout:{row.pk}",
        data=data,
        path="/me/wallet",
    )
