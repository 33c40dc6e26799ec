"""How a commission may move: one table, each state with those it may follow."""

from __future__ import annotations

from kit.states import Moves
from referrals.models import Commission

S = Commission.State

# A refund that the bank sends back undoes its reversal, so REVERSED is left again by the
# way it was entered, or for VOID when the whole order ended before it was received. What was
# GIVEN to the buyer is never paid to anybody; it is left for VOID alone. HELD becomes VOID
# only by a refusal, which gives the shop its money back (``referrals.reviewing``).
MAY_BECOME: Moves = {
    S.PENDING: frozenset({S.EXPECTED, S.REVERSED}),
    S.HELD: frozenset({S.PENDING, S.REVERSED}),
    S.RELEASED: frozenset({S.HELD, S.REVERSED}),
    S.VOID: frozenset({S.EXPECTED, S.PENDING, S.HELD, S.REVERSED, S.GIVEN}),
    S.REVERSED: frozenset({S.PENDING, S.HELD, S.RELEASED}),
}

BEFORE_RECEIPT = frozenset({S.EXPECTED, S.PENDING})
