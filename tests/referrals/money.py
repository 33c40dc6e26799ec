"""What orders do to commissions and the ledger, for the tests that know no orders."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.invariants import INVARIANTS as LEDGER
from ledger.locking import locked_balances
from ledger.posting import post
from notifications.models import Notice
from payments.models import Payout
from referrals import commissions
from referrals.commissions import Taken
from referrals.invariants import INVARIANTS
from referrals.models import Commission

WEEK = timedelta(days=7)


def pay_in(order_id: int = 1, minor: int = 10200) -> None:
    """The buyer's money stands in the order's escrow."""
    post(
        key=f"charge:{order_id}:settled",
        legs={accounts.outside("sandbox", "CNY"): -minor, accounts.escrow(order_id, "CNY"): minor},
    )


def complete(line_key: str, *, order_id: int = 1) -> None:
    """Do what orders do when a line is received: post it, then say so."""
    owed = commissions.to_credit(line_key=line_key)
    if owed is not None:
        side, minor = owed
        post(
            key=f"line:{line_key}:completed",
            legs={accounts.escrow(order_id, "CNY"): -minor, side: minor},
        )
    commissions.received(line_key=line_key, at=clock.now(), held_until=clock.now() + WEEK)


def take_back(line_key: str, base_minor: int, *, refund: int = 1, undoes: int = 0) -> list[Taken]:
    """Do what orders do when a refund settles, or when it is undone: reverse, settle, post, keep.

    What comes back stands on a shop's account here, which these tests do not look at.
    """
    key = f"refund:{undoes or refund}:" + ("undone" if undoes else "settled")
    with transaction.atomic():
        taken = commissions.reverse(
            refunded={line_key: base_minor},
            undoes=f"refund:{undoes}:settled" if undoes else "",
        )
        balances = locked_balances([one.side for one in taken if one.side is not None])
        taken = commissions.settle(taken, balances)
        legs = commissions.legs_of(taken)
        if legs:
            post(key=key, legs={**legs, accounts.shop(1, "CNY"): -sum(legs.values())})
        commissions.keep(taken, key=key, at=clock.now())
    return taken


def minors(taken: list[Taken]) -> list[int]:
    return [one.minor for one in taken]


def pay_out(person, minor: int, *, run: str = "now") -> Payout:
    """The sharer takes out so much, and it arrives."""
    side = accounts.sharer(person.pk, "CNY")
    payout = Payout.objects.create(
        person=person,
        account=side.code,
        run=run,
        amount_minor=minor,
        currency="CNY",
        provider="sandbox",
        destination="x",
        state=Payout.State.SETTLED,
    )
    post(
        key=f"payout:{payout.pk}:settled",
        legs={side: -minor, accounts.outside("sandbox", "CNY"): minor},
    )
    return payout


def one(line_key: str = "L1") -> Commission:
    return Commission.objects.get(line_key=line_key)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def assert_all_is_well() -> None:
    assert [finding for finding in check([*INVARIANTS, *LEDGER]) if finding.broken] == []
