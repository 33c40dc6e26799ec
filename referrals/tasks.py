"""What the timetable rings in this room; each sweep may run twice, late or not at all."""

from __future__ import annotations

from celery import shared_task

from kit import clock
from referrals import (
    brand_channels,
    claiming,
    clicks,
    commissions,
    doorsteps,
    findings,
    journal,
    kept_pictures,
    partitions,
    payout_looks,
    poison,
    rollups,
    salts,
    spool,
)


@shared_task(name="referrals.drain_clicks")
def drain_clicks() -> int:
    """Store the clicks that wait in the stream; return how many."""
    return clicks.drain(budget_seconds=20.0)


@shared_task(name="referrals.sweep_click_spool")
def sweep_click_spool() -> int:
    """Store the clicks that files kept while no server could; return how many."""
    return spool.sweep() + journal.replay_if_wanted()


@shared_task(name="referrals.keep_click_partitions")
def keep_click_partitions() -> int:
    """Make the coming days' partitions of the click table, drop the old; return how many made."""
    now = clock.now()
    poison.forget_before(partitions.kept_from(now))
    return partitions.keep(now).made


@shared_task(name="referrals.count_visitors")
def count_visitors() -> int:
    """Count the different people of the hours that were clicked in; return how many hours."""
    return rollups.count_visitors(clock.now())


@shared_task(name="referrals.destroy_old_salts")
def destroy_old_salts() -> int:
    """Destroy the salts under which nobody may be recognised any more; return how many."""
    return salts.destroy_old(clock.now())


@shared_task(name="referrals.forget_old_touches")
def forget_old_touches() -> int:
    """Delete claimed touches that no window can reach any more; return how many."""
    return claiming.forget_old(now=clock.now())


@shared_task(name="referrals.release_due_commissions")
def release_due_commissions() -> int:
    """Give sharers what their return windows have freed; return how many commissions.

    Every sale is looked at once more first. Where that fails, nothing is released.
    """
    now = clock.now()  # one moment for both: what falls due in between waits for the next beat
    findings.look_again(now)
    return commissions.release_due(now)


@shared_task(name="referrals.look_before_payouts")
def look_before_payouts() -> int:
    """Hold the payouts of whom the rules against fraud doubt; return of how many people."""
    return payout_looks.look(clock.now())


@shared_task(name="referrals.forget_old_doorsteps")
def forget_old_doorsteps() -> int:
    """Delete the digests of doors that no rule asks for any more; return how many."""
    return doorsteps.forget_old(clock.now())


@shared_task(name="referrals.forget_drawn_pictures")
def forget_drawn_pictures() -> int:
    """Delete posters and covers that were drawn more than a day ago; return how many."""
    return kept_pictures.forget_old(clock.now())


@shared_task(name="referrals.look_at_channels")
def look_at_channels() -> int:
    """Flag goods opened where their certificate does not allow it; return how many are new."""
    return brand_channels.look()
