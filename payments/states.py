"""Which state a charge, a refund or a payout may follow on which."""

from __future__ import annotations

from kit.states import Moves
from payments.models import Charge, Payout, Refund

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

_NOT_DECIDED = frozenset({Payout.State.RESERVED, Payout.State.SUBMITTING, Payout.State.UNKNOWN})

PAYOUT_MAY_BECOME: Moves = {
    Payout.State.SUBMITTING: frozenset({Payout.State.RESERVED}),
    Payout.State.UNKNOWN: frozenset({Payout.State.SUBMITTING}),
    Payout.State.RESERVED: frozenset({Payout.State.UNKNOWN}),  # proven absent at the provider
    Payout.State.ACCEPTED: _NOT_DECIDED,
    Payout.State.SETTLED: _NOT_DECIDED | {Payout.State.ACCEPTED},
    Payout.State.RETURNED: _NOT_DECIDED | {Payout.State.ACCEPTED, Payout.State.SETTLED},
}
