"""What a process remembers for a moment, and for longer when nobody can be asked."""

import time

import pytest
from django.db import OperationalError
from redis.exceptions import ConnectionError as ValkeyAway

from kit.nearby import Nearby, forget_all


@pytest.fixture
def asked():
    return []


def looking_up(asked, fact):
    def look_up():
        asked.append(fact)
        return fact

    return look_up


def test_a_fact_is_looked_up_once_and_again_when_it_is_old(asked):
    nearby: Nearby[str] = Nearby(seconds=0.05, absent_seconds=0, most=9)

    assert [nearby.get("a", looking_up(asked, "one")) for _ in range(3)] == ["one"] * 3
    assert asked == ["one"]
    time.sleep(0.06)
    assert nearby.get("a", looking_up(asked, "two")) == "two"


def test_what_is_not_there_is_asked_for_again_sooner(asked):
    nearby: Nearby[str] = Nearby(seconds=60, absent_seconds=0, most=9)

    assert nearby.get("a", looking_up(asked, None)) is None
    assert nearby.get("a", looking_up(asked, "now")) == "now"


def test_a_flood_of_keys_takes_no_more_room(asked):
    nearby: Nearby[int] = Nearby(seconds=60, absent_seconds=60, most=10)
    for number in range(1000):
        nearby.get(f"{number}", looking_up(asked, number))

    assert len(nearby._kept) <= 10


def test_everything_is_forgotten_between_two_worlds(asked):
    nearby: Nearby[int] = Nearby(seconds=60, absent_seconds=60, most=10)
    nearby.get("a", looking_up(asked, 1))
    forget_all()

    assert nearby.get("a", looking_up(asked, 2)) == 2


def away(fault):
    def look_up():
        raise fault

    return look_up


@pytest.mark.parametrize("fault", [OperationalError(), ValkeyAway(), ConnectionResetError()])
def test_an_old_fact_serves_while_nobody_can_be_asked(asked, fault):
    nearby: Nearby[str] = Nearby(seconds=0, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, "old"))

    assert nearby.get("a", away(fault)) == "old"
    with pytest.raises(type(fault)):
        nearby.get("b", away(fault))


def test_while_nobody_can_be_asked_only_one_a_second_tries(asked, monkeypatch):
    watch = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: watch[0])
    nearby: Nearby[str] = Nearby(seconds=0, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, "old"))
    watch[0] += 5
    nearby.get("a", away(OperationalError()))
    watch[0] += 0.9

    assert nearby.get("a", looking_up(asked, "new")) == "old"
    watch[0] += 0.2
    assert nearby.get("a", looking_up(asked, "new")) == "new"


def test_after_ten_minutes_an_old_fact_is_too_old(asked, monkeypatch):
    watch = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: watch[0])
    nearby: Nearby[str] = Nearby(seconds=0, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, "old"))
    watch[0] += 601

    with pytest.raises(OperationalError):
        nearby.get("a", away(OperationalError()))


def test_that_there_was_nothing_is_no_answer_when_nobody_can_be_asked(asked):
    nearby: Nearby[str] = Nearby(seconds=0, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, None))

    with pytest.raises(OperationalError):
        nearby.get("a", away(OperationalError()))


def test_a_caller_may_want_it_fresher_than_others(asked):
    nearby: Nearby[str] = Nearby(seconds=60, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, "one"))

    assert nearby.peek("a") == "one"
    assert nearby.peek("a", seconds=0) is None
    assert nearby.get("a", looking_up(asked, "two"), seconds=0) == "two"


def test_while_one_asks_again_the_others_make_do_with_the_old():
    nearby: Nearby[str] = Nearby(seconds=0.05, absent_seconds=0, most=9)
    nearby.get("a", lambda: "old")
    time.sleep(0.06)
    meanwhile: list[str | None] = []

    def look_up():
        meanwhile.append(nearby.get("a", lambda: pytest.fail("two asked at once")))
        return "new"

    assert nearby.get("a", look_up) == "new"
    assert meanwhile == ["old"]
    assert nearby.get("a", lambda: pytest.fail("it is fresh")) == "new"


def test_who_wants_the_newest_never_makes_do_with_the_old():
    nearby: Nearby[str] = Nearby(seconds=0, absent_seconds=0, most=9)
    nearby.get("a", lambda: "old")

    assert nearby.get("a", lambda: nearby.get("a", lambda: "newest", seconds=0), seconds=0) == (
        "newest"
    )


@pytest.mark.parametrize(("age", "is_served"), [(89, True), (91, False), (7200, False)])
def test_while_one_asks_again_nobody_is_served_what_is_long_overdue(monkeypatch, age, is_served):
    watch = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: watch[0])
    nearby: Nearby[str] = Nearby(seconds=30, absent_seconds=0, most=9)
    nearby.get("a", lambda: "old")
    watch[0] += age
    meanwhile: list[str | None] = []

    def look_up():
        meanwhile.append(nearby.get("a", lambda: "new"))
        return "new"

    assert nearby.get("a", look_up) == "new"
    assert meanwhile == (["old"] if is_served else ["new"])


def test_who_wants_the_newest_has_it_while_another_asks_again():
    nearby: Nearby[str] = Nearby(seconds=0.01, absent_seconds=0, most=9)
    nearby.get("a", lambda: "old")
    time.sleep(0.02)

    assert nearby.get("a", lambda: nearby.get("a", lambda: "newest", seconds=0)) == "newest"


def test_with_nobody_to_ask_a_page_too_old_is_too_old_for_all(asked, monkeypatch):
    watch = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: watch[0])
    nearby: Nearby[str] = Nearby(seconds=30, absent_seconds=0, most=9)
    nearby.get("a", looking_up(asked, "old"))
    watch[0] += 601

    for _ in range(2):
        with pytest.raises(OperationalError):
            nearby.get("a", away(OperationalError()))


def test_what_is_absent_takes_no_room_where_nobody_believes_it(asked):
    nearby: Nearby[str] = Nearby(seconds=60, absent_seconds=0, most=2)
    nearby.get("a", looking_up(asked, "hot"))
    for number in range(9):
        nearby.get(f"{number}", looking_up(asked, None))

    assert list(nearby._kept) == ["a"]


def test_one_key_too_many_costs_the_one_asked_for_longest_ago(asked):
    nearby: Nearby[str] = Nearby(seconds=60, absent_seconds=60, most=3)
    for key in ("a", "b", "c"):
        nearby.get(key, looking_up(asked, key))
    nearby.get("a", looking_up(asked, "a"), seconds=0)
    nearby.get("d", looking_up(asked, "d"))

    assert list(nearby._kept) == ["c", "a", "d"]
