"""Reviewing: a person of the house lets doubted money go, or refuses it, and says why."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.recording import record
from kit import clock
from kit.locks import locked
from kit.states import Moves, move
from ledger import accounts
from ledger.accounts import Side
from ledger.posting import post
from notifications.telling import tell
from payments import holds
from people.models import Person, StaffRole
from people.staff_roles import has_role
from referrals import news
from referrals.models import Commission, Review, Verdict
from referrals.reversing import side_of
from referrals.states import MAY_BECOME
from shops.models import Membership

R = Review.State

REVIEW_MAY_BECOME: Moves = {
    R.LET_GO: frozenset({R.OPEN}),
    R.REFUSED: frozenset({R.OPEN}),
}

# Nobody is ever paid for these again, so a refusal leaves them as they are.
OVER = (Commission.State.VOID, Commission.State.GIVEN)
WAITING = Q(in_review=True)


class OwnMoney(Exception):
    """Whoever earns by a sale, sells or bought it does not decide on it; nothing was written."""


class ForFinance(Exception):
    """Whether somebody's payouts go on, only those decide who answer for the house's money."""


class NeverPayable(Exception):
    """The sum itself is wrong, so it can only be refused; nothing was written."""


class NotRefusable(Exception):
    """Payouts that wait can be let go, or stay held; nothing was written."""


@transaction.atomic
def let_go(*, review: Review, by: Person, reason: str) -> Review:
    """Let what waits go on: a commission is released in its turn, payouts may be asked for.

    Args:
        review: one that is open.
        by: who of the house says so.
        reason: why; it stays with the review for good.

    Raises:
        OwnMoney: it is the decider's own sale.
        ForFinance: it is of somebody's payouts, and the decider answers for no money.
        NeverPayable: a rule found a sum that cannot be right.
        TransitionRefused: somebody decided before.
    """
    _refuse_own(review, by)
    if review.findings.filter(verdict=Verdict.BLOCK).exists():
        raise NeverPayable(review.pk)
    rows = _locked_rows(review, WAITING)
    _decide(review, to=R.LET_GO, by=by, reason=reason, now=clock.now())
    Commission.objects.filter(pk__in=[row.pk for row in rows]).update(in_review=False)
    for row in rows:
        # Of a cancelled or refunded line nothing is left that could be well.
        if row.paid_at is not None and row.net_minor and row.state != Commission.State.VOID:
            news.to_sharer(row, "commission_cleared", fact=news.of_review(review.pk))
    if review.attribution_id is None:  # a look may have placed another one meanwhile
        review.refresh_from_db(fields=["payout_hold"])
    if review.payout_hold is not None:
        with contextlib.suppress(holds.NotHeld):  # somebody lifted it at the desk for money
            holds.lift(hold=review.payout_hold, by=by, why=reason)
    _record(review, by, reason, rows)
    return review


@transaction.atomic
def refuse(*, review: Review, by: Person, reason: str) -> Review:
    """Refuse what a sale earned: it is void for good, and the shop has its money back.

    What was not received yet is given to nobody when it is; what was goes back from the
    sharer's pending account to the shop.

    Args:
        review: one that is open, of a sale.
        by: who of the house says so.
        reason: why, in words for the sharer.

    Raises:
        OwnMoney: it is the decider's own sale.
        ForFinance: it is of somebody's payouts, and the decider answers for no money.
        NotRefusable: it is of somebody's payouts.
        TransitionRefused: somebody decided before.
    """
    _refuse_own(review, by)
    if review.attribution_id is None:
        raise NotRefusable(review.pk)
    rows = _locked_rows(review, WAITING | ~Q(state__in=OVER))
    now = clock.now()
    _decide(review, to=R.REFUSED, by=by, reason=reason, now=now)
    _give_back(review, rows, now)
    Commission.objects.filter(pk__in=[row.pk for row in rows]).update(in_review=False)
    for row in rows:
        if row.state == Commission.State.VOID:
            continue  # the order was cancelled meanwhile
        move(row, to=Commission.State.VOID, table=MAY_BECOME, refused_at=now)
        _tell_refused(row, review, reason)
    _record(review, by, reason, rows)
    return review


def may_decide(review: Review, by: Person) -> bool:
    """Whether it is this person's to decide, and they have nothing to gain or lose by it."""
    if by.pk == review.person_id:
        return False
    sale = review.attribution
    if sale is None:
        return has_role(by, StaffRole.Role.FINANCE, StaffRole.Role.ADMIN)
    works_there = Membership.objects.filter(shop_id=sale.shop_id, person=by).exists()
    return sale.buyer_id != by.pk and not works_there


def _refuse_own(review: Review, by: Person) -> None:
    if not may_decide(review, by):
        is_own = by.pk == review.person_id or review.attribution_id is not None
        raise OwnMoney(review.pk) if is_own else ForFinance(review.pk)


def _locked_rows(review: Review, which: Q) -> list[Commission]:
    """Lock what waits for this review, as whoever releases or refunds it does first."""
    if review.attribution_id is None:
        return []
    unpaid = Commission.objects.filter(which, attribution=review.attribution_id, released_at=None)
    return locked(unpaid.select_related("product"))


def _decide(review: Review, *, to: str, by: Person, reason: str, now: datetime) -> None:
    move(
        review,
        to=to,
        table=REVIEW_MAY_BECOME,
        decided_by=by,
        decided_at=now,
        reason=reason,
    )


def _give_back(review: Review, rows: Sequence[Commission], now: datetime) -> None:
    legs: dict[Side, int] = {}
    for row in rows:
        side = side_of(row)
        if side is not None and row.net_minor:
            shop = accounts.shop(row.shop_id, row.currency)
            legs[side] = legs.get(side, 0) - row.net_minor
            legs[shop] = legs.get(shop, 0) + row.net_minor
    if legs:
        post(key=f"review:{review.pk}:refused", legs=legs, memo="commission refused", at=now)


def _tell_refused(row: Commission, review: Review, reason: str) -> None:
    if not row.net_minor:
        return  # refunded by now: they know that nothing is left
    tell(
        person_id=row.sharer_id,
        kind="commission_refused",
        key=f"commission:{row.pk}:review:{review.pk}",
        data={
            "amount_minor": row.net_minor,
            "currency": row.currency,
            "title": row.product.title,
            "reason": reason,
        },
        path=f"/me/earnings/{row.line_key}",
    )


def _record(review: Review, by: Person, reason: str, rows: Sequence[Commission]) -> None:
    # Last, because the chain is held until this transaction ends.
    record(
        actor=f"person:{by.pk}",
        act=f"review.{review.state}",
        subject=f"review:{review.pk}",
        before={"rules": sorted(review.findings.values_list("rule", flat=True))},
        after={"why": reason, "commissions": [row.pk for row in rows]},
    )
