"""The two ways of working weights out: by hand on a small street, and against each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people import trust_graph, trust_sql, trust_walk
from people.models import Friendship, Person, Trade, TrustBar, TrustSeed
from people.trust_graph import Found
from tests.people import streets

ENGINES = pytest.mark.parametrize("engine", [trust_walk, trust_sql], ids=["numpy", "sql"])
Weights = dict[int, tuple[float, float, float]]


def worked_out(engine, *, now, seeds=None) -> tuple[Found, Weights]:
    with transaction.atomic():
        trust_graph.make_table()
        found = engine.work_out(now=now, seeds=seeds or trust_graph.seed_ids())
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id, g, e, t FROM trust_next ORDER BY person_id")
            weights = {pk: (g, e, t) for pk, g, e, t in cursor.fetchall()}
    return found, weights


@ENGINES
def test_a_walk_of_two_steps_along_a_street_of_four(db, noon, engine):
    # a - b - c - d, all friends alike, the walk starts at a.
    # Reached for each tie: a 1; then b 1/2; then a 1/2, c 1/4, others 0.
    a, b, c, d = streets.people(4, joined_at=streets.long_ago(noon))
    streets.befriend([(a, b), (b, c), (c, d)], since=streets.long_ago(noon))
    streets.plant([a], now=noon)

    found, weights = worked_out(engine, now=noon)

    assert (found.people, found.edges, found.steps) == (4, 3, 2)
    # After two steps a holds 1/2 and c 1/2 of everything: for each tie 1/2, 0, 1/4, 0.
    # The middle of (0, 0, 1/4, 1/2) is 1/8, and there are six ends of ties.
    assert found.median == pytest.approx(6 / 8)
    # a and c have no friend who is well reached: nobody bears them out.
    assert weights == {a: (1, 0, 0), c: (1, 0, 0)}


@ENGINES
def test_two_trades_make_a_tie_twice_as_strong_and_a_third_adds_nothing(db, noon, engine):
    # b's friends are a and c; with a they traded three times, with c never: a gets 2 of 3.
    a, b, c = streets.people(3, joined_at=streets.long_ago(noon))
    streets.befriend([(a, b), (b, c)], since=streets.long_ago(noon))
    streets.trade([(a, b)], at=noon, times=3)
    streets.plant([b], now=noon)

    found, weights = worked_out(engine, now=noon)

    # Two steps: all is back at b, 1 for 3 ties; a and c hold nothing, so the middle is 0.
    assert (found.steps, found.median) == (2, 0)
    assert weights == {}


@ENGINES
def test_friends_of_a_week_count_and_younger_ones_do_not(db, noon, engine):
    a, b, c = streets.people(3, joined_at=streets.long_ago(noon))
    streets.befriend([(a, b)], since=noon - timedelta(days=7))
    streets.befriend([(b, c)], since=noon - timedelta(days=7) + timedelta(seconds=1))
    streets.plant([a, b], now=noon)

    found, weights = worked_out(engine, now=noon)

    assert (found.people, found.edges) == (2, 1)
    assert weights == {a: (1, 0.2, 0.2), b: (1, 0.2, 0.2)}


@ENGINES
def test_of_many_friends_the_150_strongest_count(db, noon, engine):
    hub, *others = streets.people(162, joined_at=streets.long_ago(noon))
    streets.befriend([(hub, other) for other in others], since=streets.long_ago(noon))
    streets.trade([(hub, others[-1])], at=noon)
    streets.plant([hub], now=noon)

    found, _ = worked_out(engine, now=noon)
    beyond, _ = worked_out(engine, now=noon, seeds=[others[149]])
    traded, _ = worked_out(engine, now=noon, seeds=[others[-1]])

    assert (found.people, found.edges) == (151, 150)
    assert beyond.median is None  # the hub's 149 first friends and who trades: not this one
    assert traded.median is not None


@ENGINES
def test_friends_of_one_group_count_as_one_and_two_groups_in_full(db, noon, engine):
    # Everybody is a seed and has the same spread: g is 1 for all but the hub's many ties.
    ring = streets.people(6, joined_at=streets.long_ago(noon), name="圈")
    pairs = [(a, b) for a in ring for b in ring]
    a, b, c = streets.people(3, joined_at=streets.long_ago(noon), name="邻")
    pairs += [(ring[0], a), (a, b), (b, c), (c, a)]
    streets.befriend(pairs, since=streets.long_ago(noon))
    streets.plant([*ring, a, b, c], now=noon)

    _, weights = worked_out(engine, now=noon)

    # ring[0]: five of the ring, and a, whom none of them knows: two groups, six friends.
    assert weights[ring[0]][1] == 1
    assert weights[ring[1]][1] == pytest.approx(0.2)  # five friends who all know each other
    assert weights[a][1] == pytest.approx(0.6)  # ring[0] apart from b and c
    assert weights[b][1] == pytest.approx(0.2)  # a and c know each other


@ENGINES
def test_who_is_young_needs_friends_of_two_groups(db, noon, engine):
    old = streets.people(12, joined_at=streets.long_ago(noon))
    young = streets.people(2, joined_at=noon - timedelta(days=13), name="新")
    circle = list(zip(old, [*old[1:], old[0]], strict=True))
    ties = [(young[0], old[0]), (young[1], old[0]), (young[1], old[1])]
    streets.befriend(circle + ties, since=noon - timedelta(days=8))
    streets.plant(old, now=noon)

    _, weights = worked_out(engine, now=noon)

    assert [weights[one][1] for one in young] == [0, 0]  # one friend; two who know each other


@ENGINES
def test_the_young_weigh_at_most_six_hundredths_and_the_barred_nothing(db, noon, wulan, engine):
    old = streets.people(12, joined_at=streets.long_ago(noon))
    (young,) = streets.people(1, joined_at=noon - timedelta(days=13), name="新")
    (barred,) = streets.people(1, joined_at=streets.long_ago(noon), name="坏")
    circle = list(zip(old, [*old[1:], old[0]], strict=True))
    pairs = circle + [(one, old[place]) for one in (young, barred) for place in (0, 2, 4, 6, 8, 10)]
    streets.befriend(pairs, since=noon - timedelta(days=8))
    streets.plant(old, now=noon)
    TrustBar.objects.create(person_id=barred, by=wulan, reason="刷单")

    _, weights = worked_out(engine, now=noon)

    assert weights[young] == pytest.approx((1, 0.06, 0.06))
    assert weights[barred] == (1, 0, 0)
    assert weights[old[0]][1] == pytest.approx(0.8)  # two neighbours, young and barred


@ENGINES
def test_nobody_at_all_is_no_crash(db, noon, engine):
    found, weights = worked_out(engine, now=noon)

    assert (found.people, found.edges, found.median, weights) == (0, 0, None, {})


@ENGINES
def test_who_is_gone_carries_nothing(db, noon, engine):
    a, b, c = streets.people(3, joined_at=streets.long_ago(noon))
    streets.befriend([(a, b), (b, c)], since=streets.long_ago(noon))
    streets.plant([a, c], now=noon)
    Person.objects.filter(pk=c).update(is_active=False)

    found, weights = worked_out(engine, now=noon)

    assert (found.people, found.edges) == (2, 1)
    assert c not in weights


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(street=st.data())
def test_both_ways_come_to_the_same_numbers(db, noon, street):
    count = street.draw(st.integers(2, 40))
    place = st.integers(0, count - 1)
    pairs = street.draw(st.lists(st.tuples(place, place), min_size=1, max_size=160))
    traded = street.draw(st.lists(st.tuples(place, place), max_size=20))
    seeds = street.draw(st.sets(place, min_size=1, max_size=8))
    young = street.draw(st.sets(place, max_size=6))
    with transaction.atomic():
        ids = streets.people(count, joined_at=streets.long_ago(noon))
        Person.objects.filter(pk__in=[ids[one] for one in young]).update(joined_at=noon)
        friends = [(ids[a], ids[b]) for a, b in pairs]
        streets.befriend(friends, since=streets.long_ago(noon))
        kept = sorted({(min(a, b), max(a, b)) for a, b in traded if a != b})
        streets.trade([(ids[a], ids[b]) for a, b in kept], at=noon, times=2)
        streets.plant([ids[one] for one in sorted(seeds)], now=noon)

        fast, by_numpy = worked_out(trust_walk, now=noon)
        slow, by_sql = worked_out(trust_sql, now=noon)
        transaction.set_rollback(True)

    assert (fast.people, fast.edges, fast.steps) == (slow.people, slow.edges, slow.steps)
    assert (fast.median is None) == (slow.median is None)
    assert fast.median is None or fast.median == pytest.approx(slow.median, rel=1e-9)
    assert by_numpy.keys() == by_sql.keys()
    for person, weights in by_numpy.items():
        assert weights == pytest.approx(by_sql[person], abs=1.01e-9)
    assert not Friendship.objects.filter(low_id__in=ids).exists()
    assert not Trade.objects.exists()
    assert not TrustSeed.objects.exists()
