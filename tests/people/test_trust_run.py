"""The nightly run: what it publishes, and what it keeps back."""

from __future__ import annotations

import math
import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from kit import clock
from notifications.models import Notice
from people import trust_bars, trust_run, trust_score, trust_sql
from people.models import (
    AccountTrust,
    Friendship,
    Person,
    StaffRole,
    TrustBar,
    TrustRun,
    TrustSeed,
)
from people.trust_graph import Found
from people.trust_run import AlreadyRunning, NotKeptBack, accept, run, run_when_due
from tests.people import streets
from tests.people.friends import breaches
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db

SEEDS = 30


def street(now, *, size: int = 60, seeds: int = SEEDS) -> list[int]:
    """Make people in a ring who know the next one and the sixth; the first ones are seeds."""
    ids = streets.people(size, joined_at=streets.long_ago(now))
    pairs = [(ids[at], ids[(at + step) % size]) for at in range(size) for step in (1, 6)]
    streets.befriend(pairs, since=streets.long_ago(now))
    streets.plant(ids[:: size // seeds][:seeds], now=now)
    return ids


def stored() -> list[tuple[int, float, float, float]]:
    return list(AccountTrust.objects.order_by("pk").values_list("pk", "g", "e", "t"))


def test_with_thirty_seeds_weights_are_published(noon, wulan):
    ids = street(noon)

    done = run(now=noon)

    assert (done.state, done.counts, done.seeds, done.people, done.edges) == (
        TrustRun.State.PUBLISHED,
        True,
        30,
        60,
        120,
    )
    assert done.engine == "numpy"
    assert done.parameters["strongest_friends"] == 150
    assert trust_score.weights([ids[0]])[ids[0]] == AccountTrust.objects.get(pk=ids[0]).t
    assert not Notice.objects.exists()


def test_with_fewer_everybody_counts_as_one(noon):
    ids = street(noon, seeds=20)

    done = run(now=noon)

    assert (done.state, done.counts, done.seeds) == (TrustRun.State.PUBLISHED, False, 20)
    assert stored() == []
    assert trust_score.weights(ids[:2]) == {ids[0]: 1.0, ids[1]: 1.0}


def test_before_any_run_everybody_counts_as_one_and_a_closed_account_as_nothing(linwei, chen):
    Person.objects.filter(pk=chen.pk).update(is_active=False)

    assert trust_score.weights([linwei.pk, chen.pk]) == {linwei.pk: 1.0, chen.pk: 0.0}


def test_whom_a_counting_run_did_not_meet_weighs_nothing(noon, linwei):
    street(noon)
    run(now=noon)

    assert trust_score.missing_weight() == 0.0
    assert trust_score.weights([linwei.pk]) == {linwei.pk: 0.0}


def test_weights_are_read_in_three_questions(noon, django_assert_num_queries):
    ids = street(noon)
    run(now=noon)

    with django_assert_num_queries(3):
        trust_score.weights(ids)


@pytest.mark.proves("TRUST15")
def test_the_same_street_gives_the_same_bytes(noon):
    street(noon)
    run(now=noon)
    first = [(pk, *(value.hex() for value in values)) for pk, *values in stored()]
    AccountTrust.objects.all().delete()
    TrustRun.objects.all().delete()

    run(now=noon)

    assert [(pk, *(value.hex() for value in values)) for pk, *values in stored()] == first


def test_a_second_night_writes_only_what_is_different(noon):
    ids = street(noon)
    first = run(now=noon)
    assert AccountTrust.objects.filter(t__gt=0).exists()
    wulan = Person.objects.create_user(name="吴岚", email="wulan@x.test")
    TrustBar.objects.create(person_id=ids[1], by=wulan, reason="刷单")

    second = run(now=noon)

    assert list(AccountTrust.objects.filter(run=second).values_list("pk", "t")) == [(ids[1], 0)]
    assert AccountTrust.objects.filter(run=first).count() == len(stored()) - 1


def test_a_middle_that_moves_too_far_is_kept_back_and_staff_hear_of_it(noon, wulan):
    ids = street(noon)
    run(now=noon)
    before = stored()
    TrustRun.objects.update(median=100.0)

    kept = run(now=noon)

    assert (kept.state, kept.reason) == ("kept_back", "median_moved")
    assert stored() == before
    assert trust_score.published() != kept
    told = Notice.objects.get()
    assert (told.person, told.kind, told.path) == (wulan, "trust_run_kept", "/desk/trust")
    assert trust_score.weights(ids[:1])[ids[0]] == before[0][3]


def test_too_many_who_fall_across_the_line_at_once_keep_it_back(noon, wulan):
    ids = street(noon, size=120)
    run(now=noon)
    before = stored()
    # Eight of 120 lose their friends overnight: more than one in twenty.
    gone = ids[1::2][:8]
    Friendship.objects.filter(low_id__in=gone).delete()
    Friendship.objects.filter(high_id__in=gone).delete()

    kept = run(now=noon)

    assert (kept.state, kept.reason) == ("kept_back", "many_crossed")
    assert kept.crossed_bp > 500
    assert stored() == before


def test_a_person_may_let_the_next_one_pass_once(noon, wulan):
    street(noon)
    run(now=noon)
    TrustRun.objects.update(median=100.0)
    kept = run(now=noon)

    accept(run_id=kept.pk, by=wulan)
    passed = run(now=noon)

    assert passed.state == TrustRun.State.PUBLISHED
    with pytest.raises(NotKeptBack):
        accept(run_id=kept.pk, by=wulan)
    with pytest.raises(NotKeptBack):
        accept(run_id=passed.pk, by=wulan)


@pytest.mark.proves("TRUST16")
def test_without_any_seed_the_last_run_holds(noon, wulan):
    street(noon)
    run(now=noon)
    before = stored()
    TrustSeed.objects.all().delete()

    kept = run(now=noon)

    assert (kept.state, kept.reason) == ("kept_back", "no_seeds")
    assert stored() == before
    assert trust_score.missing_weight() == 0.0
    with pytest.raises(NotKeptBack):
        accept(run_id=kept.pk, by=wulan)


def test_a_street_that_had_enough_seeds_does_not_fall_below_by_itself(noon, wulan):
    street(noon)
    run(now=noon)
    TrustSeed.objects.filter(pk=TrustSeed.objects.earliest("pk").pk).delete()

    kept = run(now=noon)
    accept(run_id=kept.pk, by=wulan)
    rests = run(now=noon)

    assert (kept.state, kept.reason, kept.seeds) == ("kept_back", "few_seeds", 29)
    assert (rests.state, rests.counts) == ("published", False)
    assert stored() == []


@pytest.mark.proves("TRUST16")
def test_where_the_walk_reaches_less_than_half_nothing_is_published(noon, wulan):
    street(noon)
    # As many people again, whom nobody of the first street knows, and among them no seed.
    others = streets.people(80, joined_at=streets.long_ago(noon), name="远")
    streets.befriend(
        [(one, others[(at + 1) % 80]) for at, one in enumerate(others)],
        since=streets.long_ago(noon),
    )

    kept = run(now=noon)

    assert (kept.state, kept.reason) == ("kept_back", "unreached")
    assert stored() == []


@pytest.mark.proves("TRUST16")
def test_a_community_without_a_seed_weighs_nothing_and_harms_nobody(noon):
    street(noon)
    others = streets.people(20, joined_at=streets.long_ago(noon), name="远")
    streets.befriend(
        [(one, others[(at + 1) % 20]) for at, one in enumerate(others)],
        since=streets.long_ago(noon),
    )

    done = run(now=noon)

    assert done.state == TrustRun.State.PUBLISHED
    assert not AccountTrust.objects.filter(pk__in=others).exists()


@pytest.mark.proves("TRUST16")
@pytest.mark.parametrize("median", [math.nan, math.inf])
def test_what_is_no_number_is_never_published(noon, wulan, monkeypatch, median):
    street(noon)
    monkeypatch.setattr(
        trust_sql, "work_out", lambda **asked: Found(people=60, edges=120, steps=6, median=median)
    )

    kept = run(now=noon, engine="sql")

    kept.refresh_from_db()
    assert (kept.state, kept.reason) == ("kept_back", "not_a_number")


@pytest.mark.proves("TRUST16")
def test_the_database_refuses_a_weight_that_is_no_number(noon, linwei):
    done = run(now=noon)

    for t in (math.nan, -0.1, 1.1):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountTrust.objects.create(person=linwei, g=1, e=1, t=t, run=done)


@pytest.mark.proves("TRUST16")
def test_a_run_that_breaks_off_leaves_weights_and_says_so(noon, wulan, monkeypatch):
    street(noon)
    run(now=noon)
    before = stored()

    def broken(**asked):
        raise MemoryError

    monkeypatch.setattr(trust_sql, "work_out", broken)
    with pytest.raises(MemoryError):
        run(now=noon, engine="sql")

    last = TrustRun.objects.latest("pk")
    assert (last.state, last.reason) == ("kept_back", "crashed")
    assert stored() == before
    assert Notice.objects.get().kind == "trust_run_kept"


@pytest.mark.proves("TRUST16")
def test_who_is_closed_while_the_run_works_gets_no_weight(noon, monkeypatch):
    ids = street(noon)
    whole = trust_sql.work_out

    def and_then_closed(**asked):
        found = whole(**asked)
        Person.objects.filter(pk=ids[0]).update(is_active=False)
        return found

    monkeypatch.setattr(trust_sql, "work_out", and_then_closed)
    done = run(now=noon, engine="sql")

    assert done.state == TrustRun.State.PUBLISHED
    assert not AccountTrust.objects.filter(pk=ids[0]).exists()


def test_who_is_barred_while_the_run_works_weighs_nothing(noon, wulan, monkeypatch):
    ids = street(noon)
    whole = trust_sql.work_out

    def and_then_barred(**asked):
        found = whole(**asked)
        trust_bars.bar(person=Person.objects.get(pk=ids[0]), reason="刷单", by=wulan)
        return found

    monkeypatch.setattr(trust_sql, "work_out", and_then_barred)
    run(now=noon, engine="sql")

    barred = AccountTrust.objects.get(pk=ids[0])
    assert (barred.e, barred.t) == (0, 0)
    assert AccountTrust.objects.filter(t__gt=0).count() > 50


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_bar_at_the_moment_of_publishing_holds(noon, wulan, monkeypatch, is_guarded):
    person = Person.objects.get(pk=street(noon)[0])
    run(now=noon)
    if not is_guarded:
        for module in (trust_run, trust_bars):
            monkeypatch.setattr(module, "one_at_a_time", lambda name: None)
    is_barred = threading.Event()

    def bar_slowly():
        with transaction.atomic():
            trust_bars.bar(person=person, reason="刷单", by=wulan)
            is_barred.set()
            time.sleep(2)

    def run_meanwhile():
        is_barred.wait(10)
        return run(now=noon)

    together(bar_slowly, run_meanwhile)

    assert TrustBar.objects.count() == 1
    assert (AccountTrust.objects.get(pk=person.pk).t > 0) == (not is_guarded)


def test_it_runs_once_a_night_after_three(noon):
    night = noon + timedelta(hours=14, minutes=59)  # 02:59 in Shanghai
    with clock.stopped_at(noon):
        assert run_when_due() is not None
        assert run_when_due() is None
    with clock.stopped_at(night):
        assert run_when_due() is None
    with clock.stopped_at(night + timedelta(minutes=1)):
        assert run_when_due() is not None


def test_a_killed_run_is_found_two_hours_later(noon, wulan):
    TrustRun.objects.create(started_at=noon)

    with clock.stopped_at(noon + timedelta(hours=1)), pytest.raises(AlreadyRunning):
        run(now=clock.now())
    with clock.stopped_at(noon + timedelta(hours=3)):
        assert run_when_due() is None

    last = TrustRun.objects.get()
    assert (last.state, last.reason) == ("kept_back", "crashed")
    assert Notice.objects.get().person == wulan


@pytest.mark.django_db(transaction=True)
def test_of_four_runs_at_once_one_works(noon):
    outcomes = all_at_once(lambda: run(now=noon), times=4)

    done = [outcome for outcome in outcomes if isinstance(outcome, TrustRun)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, AlreadyRunning)]
    # Whoever comes after another one is done runs again: never two side by side.
    assert len(done) + len(refused) == 4
    assert TrustRun.objects.filter(state=TrustRun.State.PUBLISHED).count() == len(done) >= 1


def test_only_moderators_and_administrators_are_told(noon, wulan, linwei, xiaoyu):
    StaffRole.objects.create(person=linwei, role=StaffRole.Role.FINANCE)
    StaffRole.objects.create(person=xiaoyu, role=StaffRole.Role.ADMIN)
    street(noon)
    run(now=noon)
    TrustSeed.objects.all().delete()

    run(now=noon)

    assert set(Notice.objects.values_list("person_id", flat=True)) == {wulan.pk, xiaoyu.pk}


def test_what_must_hold_of_weights_is_looked_after(noon, wulan):
    ids = street(noon)
    run(now=noon)
    assert breaches() == []

    AccountTrust.objects.filter(pk=ids[0]).update(t=0.123)
    assert breaches() == ["people.a_weight_is_reach_times_evidence"]
    AccountTrust.objects.filter(pk=ids[0]).update(t=F("g") * F("e"))
    TrustBar.objects.create(person_id=ids[0], by=wulan, reason="刷单")
    assert breaches() == ["people.whoever_is_barred_weighs_nothing"]
    TrustBar.objects.all().delete()
    TrustRun.objects.update(counts=False)
    assert breaches() == ["people.no_weight_while_everybody_counts_the_same"]
