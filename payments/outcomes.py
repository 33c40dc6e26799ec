"""What becomes of a payout: where the provider has it, so do we, and the ledger with us."""

from __future__ import annotations

import logging
from datetime import timedelta

from kit import clock, states
from ledger import accounts
from ledger.posting import post
from notifications.telling import tell
from payments import holds, reasons
from payments.gateways.port import PayoutFact, PayoutStatus
from payments.models import PausedRail, Payout, PayoutHold
from payments.states import PAYOUT_MAY_BECOME
from people.staff_roles import tell_finance

log = logging.getLogger(__name__)

SHORTEST_WAIT = timedelta(seconds=30)

# A payee has a day to confirm; the provider gives the money back to us after that.
CONFIRM_WITHIN = timedelta(hours=24)

BECOMES: dict[PayoutStatus, str] = {
    "accepted": Payout.State.ACCEPTED,
    "awaiting_payee": Payout.State.AWAITING_PAYEE,
    "settled": Payout.State.SETTLED,
    "rejected": Payout.State.RETURNED,
    "returned": Payout.State.RETURNED,
    "expired": Payout.State.RETURNED,
}
MONEY_MOVED = (Payout.State.SETTLED, Payout.State.ACCEPTED, Payout.State.AWAITING_PAYEE)
UNSENT = (Payout.State.SUBMITTING, Payout.State.UNKNOWN)


def take_over(row: Payout, fact: PayoutFact) -> None:
    """Move a locked payout to where the provider has it, with its postings and its notice.

    A fact about another sum freezes it; one that says our balance there is too low sends
    it back into the queue and rests the rail; a payee who must be checked is held.
    """
    if (fact.amount_minor, fact.currency) != (row.amount_minor, row.currency):
        _freeze(row, fact)
        return
    if fact.reason == "no_funds" and fact.status == "rejected":
        _wait_for_funds(row)
        return
    to, came_from = BECOMES[fact.status], row.state
    if came_from not in PAYOUT_MAY_BECOME[to]:
        _compare(row, to)
        return
    _move(row, to, fact)
    if to == Payout.State.SETTLED:
        settle(row)
    if to == Payout.State.RETURNED:
        give_back(row, had_arrived=came_from == Payout.State.SETTLED)
    _tell(row)
    if to == Payout.State.RETURNED and fact.reason == "compliance" and row.person is not None:
        holds.place(person=row.person, reason=PayoutHold.Reason.COMPLIANCE)


def _compare(row: Payout, to: str) -> None:
    """Raise an alarm when the provider moved money of a payout that was over for us."""
    over = (Payout.State.RETURNED, Payout.State.CANCELLED, Payout.State.AWAITING)
    if to in MONEY_MOVED and row.state in over:
        log.error("payout %s is %s here and %s at the provider", row.reference, row.state, to)


def _move(row: Payout, to: str, fact: PayoutFact) -> None:
    now = clock.now()
    confirm_until = row.confirm_until
    if to == Payout.State.AWAITING_PAYEE:
        confirm_until = confirm_until or now + CONFIRM_WITHIN
    states.move(
        row,
        to=to,
        table=PAYOUT_MAY_BECOME,
        provider_ref=fact.provider_ref[:80] or row.provider_ref,
        reason=fact.reason[:120],
        next_attempt_at=now + SHORTEST_WAIT,
        settled_at=now if to == Payout.State.SETTLED else row.settled_at,
        confirm_token=fact.confirm_token[:500] or row.confirm_token,
        confirm_until=confirm_until,
    )


def _freeze(row: Payout, fact: PayoutFact) -> None:
    log.error(
        "payout %s of %s %s has another amount at the provider: %s %s",
        row.reference,
        row.amount_minor,
        row.currency,
        fact.amount_minor,
        fact.currency,
    )
    if row.state in PAYOUT_MAY_BECOME[Payout.State.FROZEN]:
        states.move(
            row,
            to=Payout.State.FROZEN,
            table=PAYOUT_MAY_BECOME,
            provider_ref=fact.provider_ref[:80] or row.provider_ref,
            reason="other_amount",
        )


def _wait_for_funds(row: Payout) -> None:
    """Put a payout back into the queue: nothing was sent, and nobody is to blame."""
    if row.state not in UNSENT:
        return
    until = clock.now() + holds.NO_FUNDS_REST
    states.move(row, to=Payout.State.RESERVED, table=PAYOUT_MAY_BECOME, next_attempt_at=clock.now())
    holds.pause(rail=row.provider, reason=PausedRail.Reason.NO_FUNDS, until=until)


def settle(row: Payout) -> None:
    """Post that the money of a payout has left the house."""
    outside = accounts.outside(row.provider, row.currency)
    transit = accounts.in_transit(row.account, row.currency)
    post(
        key=f"payout:{row.pk}:settled",
        legs={transit: -row.amount_minor, outside: row.amount_minor},
    )


def give_back(row: Payout, *, had_arrived: bool = False) -> None:
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


NEWS = {
    Payout.State.RETURNED: "payout_returned",
    Payout.State.AWAITING_PAYEE: "payout_to_confirm",
}


def _tell(row: Payout) -> None:
    """Tell the owner once that it was sent, once that they must confirm, once if it came back."""
    data: dict[str, int | str] = {"amount_minor": row.amount_minor, "currency": row.currency}
    if row.person is None:
        _tell_of_charity(row, data)
        return
    if row.state == Payout.State.RETURNED:
        data["reason"] = reasons.words(row.reason, language=row.person.language)
    tell(
        person_id=row.person.pk,
        kind=NEWS.get(Payout.State(row.state), "payout_sent"),
        key=f"payout:{row.pk}",
        data=data,
        path="/me/wallet",
    )


def _tell_of_charity(row: Payout, data: dict[str, int | str]) -> None:
    """Tell who answers for the house's money what did not reach a charity: it has no inbox."""
    if row.state != Payout.State.RETURNED:
        return
    tell_finance(
        kind="charity_payout_returned",
        key=f"payout:{row.pk}:returned",
        data=data | {"charity": row.holder},
        path=f"/desk/payouts/{row.reference}",
    )
