"""What a sharer has earned: figures, weeks and stages, worked out by hand."""

from datetime import timedelta

from kit import clock
from payments.models import Payout
from referrals import commissions
from referrals.earnings import earnings_of, figures_of, weeks_of
from tests.conftest import NOON
from tests.referrals.money import WEEK, one


def test_the_figures_are_the_sums_of_the_story(held, linwei):
    figures = figures_of(linwei)[0]
    assert (figures.available_minor, figures.pending_minor, figures.month_minor) == (0, 1020, 1020)
    assert figures.total_minor == 0

    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
        after = figures_of(linwei)[0]
    assert (after.available_minor, after.pending_minor, after.total_minor) == (1020, 0, 1020)

    with clock.stopped_at(NOON + timedelta(days=9)):  # the first of December in Shanghai
        assert figures_of(linwei)[0].month_minor == 0


def test_somebody_who_never_shared_has_figures_of_nothing(xiaoyu):
    earned = earnings_of(xiaoyu)

    assert [(f.currency, f.available_minor, f.total_minor) for f in earned.figures] == [
        ("CNY", 0, 0)
    ]
    assert earned.rows == []


def test_the_last_of_twelve_weeks_is_this_one(held, linwei):
    weeks = weeks_of(linwei, currency="CNY")

    assert [week.minor for week in weeks] == [0] * 11 + [1020]
    assert weeks[-1].starts.date().isoformat() == "2026-11-16"


def test_payouts_cover_commissions_first_released_first(held, linwei, side):
    with clock.stopped_at(NOON + WEEK):
        commissions.release(commission_id=one("L1").pk)
    with clock.stopped_at(NOON + WEEK + timedelta(hours=1)):
        commissions.release(commission_id=one("L2").pk)
    payout = Payout.objects.create(
        person=linwei,
        account=side.code,
        run="2026-W48",
        amount_minor=1000,
        currency="CNY",
        provider="sandbox",
        destination="x",
    )

    def stages():
        return {row.commission.line_key: row.stage for row in earnings_of(linwei).rows}

    assert stages() == {"L1": "released", "L2": "released"}
    payout.state = Payout.State.SETTLED
    payout.save()
    assert stages() == {"L1": "paid_out", "L2": "released"}
