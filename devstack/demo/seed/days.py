"""A day on the street: strangers open links, and whatever is due gets done."""

from __future__ import annotations

from devstack.demo.seed import buying
from devstack.demo.seed.world import World
from insights import rollup
from kit import clock
from ledger import closing
from orders import fulfilment, paying, refunds
from payments import payday, payouts
from referrals import commissions, draining, partitions, rollups
from referrals.models import ShareLink

LOOKERS_A_DAY = 3  # people who open a link and buy nothing


def what_is_due(world: World) -> None:
    """Do what the timetable would have done by now."""
    now = clock.now()
    shared = list(ShareLink.objects.order_by("pk"))
    for _ in range(min(LOOKERS_A_DAY, len(shared))):
        buying.open_link(world.dice.choice(shared))
    partitions.keep(now)
    draining.drain(budget_seconds=5)
    rollups.count_visitors(now)
    paying.close_unpaid(now)
    fulfilment.complete_overdue(now)
    for refund_id in refunds.waiting():
        refunds.refresh(refund_id)
    commissions.release_due(now)
    payday.run(now)
    payouts.send_due()
    payouts.look_up_due()
    closing.close_days()
    rollup.roll_up_newest()
