"""Which state a charge, a refund, a payout, a run or a write-off may follow on which."""

from __future__ import annotations

from kit.states import Moves
from payments.models import Charge, Payout, PayoutRun, Refund, WriteOff

# A row may become <key> only from one of <values>. Money that did move outranks what we
# last believed: a charge closed here may turn out paid, a payout that arrived may come back.
CHARGE_MAY_BECOME: Moves = {
    Charge.State.OPEN: frozenset({Charge.State.CREATED}),
    Charge.State.PAID: frozenset({Charge.State.CREATED, Charge.State.OPEN, Charge.State.CLOSED}),
    Charge.State.CLOSED: frozenset({Charge.State.CREATED, Charge.State.OPEN}),
}

REFUND_MAY_BECOME: Moves = {
    Refund.State.SETTLED: frozenset({Refund.State.ASKED}),
    # From settled: the buyer's bank would not have it, and sent it back to us.
    Refund.State.REFUSED: frozenset({Refund.State.ASKED, Refund.State.SETTLED}),
}

P = Payout.State
_NOT_DECIDED = frozenset({P.RESERVED, P.SUBMITTING, P.UNKNOWN})
_THERE = frozenset({P.ACCEPTED, P.AWAITING_PAYEE})

PAYOUT_MAY_BECOME: Moves = {
    P.SUBMITTING: frozenset({P.RESERVED}),
    P.UNKNOWN: frozenset({P.SUBMITTING, P.FROZEN}),
    # approved; proven absent at the provider; or refused for want of our own funds
    P.RESERVED: frozenset({P.AWAITING, P.UNKNOWN, P.SUBMITTING}),
    P.ACCEPTED: _NOT_DECIDED | {P.AWAITING_PAYEE},
    P.AWAITING_PAYEE: _NOT_DECIDED | {P.ACCEPTED},
    P.FROZEN: _NOT_DECIDED | _THERE,
    P.SETTLED: _NOT_DECIDED | _THERE | {P.FROZEN},
    P.RETURNED: _NOT_DECIDED | _THERE | {P.FROZEN, P.SETTLED},
    P.CANCELLED: frozenset({P.AWAITING, P.RESERVED}),
}

RUN_MAY_BECOME: Moves = {
    PayoutRun.State.WAITING: frozenset({PayoutRun.State.FILLING}),
    PayoutRun.State.APPROVED: frozenset({PayoutRun.State.FILLING, PayoutRun.State.WAITING}),
    PayoutRun.State.SENT: frozenset({PayoutRun.State.APPROVED}),
}

WRITE_OFF_MAY_BECOME: Moves = {
    WriteOff.State.APPROVED: frozenset({WriteOff.State.ASKED}),
    WriteOff.State.REFUSED: frozenset({WriteOff.State.ASKED}),
}
