"""Circles in many windows: two yeses, the last seat, the last host."""

from __future__ import annotations

import pytest

from kit.states import TransitionRefused
from people import circles
from people.circle_places import (
    CircleIsFull,
    HostStays,
    accept,
    ask,
    join,
    leave,
    remove,
    withdraw,
)
from people.circles import TooManyCircles, offer_place, open_circle, take_place
from people.models import Circle, CircleMember
from tests.people.circles import breaches, circle_of, in_it
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db(transaction=True)


def no_lock(monkeypatch) -> None:
    monkeypatch.setattr(circles, "lock", lambda circle_id: None)
    monkeypatch.setattr(circles, "lock_person", lambda person_id: None)


def test_five_taps_on_yes_let_one_person_in_once(linwei, xiaoyu):
    circle = circle_of(linwei)
    ask(circle=circle, person=xiaoyu, words="")

    outcomes = all_at_once(lambda: accept(circle=circle, host=linwei, person_id=xiaoyu.pk), times=5)

    assert {type(outcome) for outcome in outcomes} == {CircleMember}
    assert in_it(circle) == {linwei, xiaoyu}


def test_yes_and_taking_back_at_once_have_one_outcome(linwei, xiaoyu):
    for number in range(5):
        circle = circle_of(linwei, name=f"{number}")
        ask(circle=circle, person=xiaoyu, words="")
        outcomes = together(
            lambda: accept(circle=circle, host=linwei, person_id=xiaoyu.pk),  # noqa: B023 -- run in the round
            lambda: withdraw(circle=circle, person=xiaoyu),  # noqa: B023 -- run in the round
        )
        assert [type(one) for one in outcomes].count(TransitionRefused) == 1
        assert len(in_it(circle)) == (1 if isinstance(outcomes[0], TransitionRefused) else 2)


def last_seat(linwei, xiaoyu, chen, name: str) -> list[object]:
    circle = circle_of(linwei, name=name)
    code = circle.invite_code
    return together(
        lambda: join(circle=circle, code=code, person=xiaoyu),
        lambda: join(circle=circle, code=code, person=chen),
    )


def test_the_last_seat_goes_to_one(linwei, xiaoyu, chen, monkeypatch):
    monkeypatch.setattr(circles, "MOST_MEMBERS", 2)

    for number in range(5):
        outcomes = last_seat(linwei, xiaoyu, chen, f"{number}")
        assert [type(one) for one in outcomes].count(CircleIsFull) == 1


def test_without_the_lock_two_would_sit_on_the_last_seat(linwei, xiaoyu, chen, monkeypatch):
    monkeypatch.setattr(circles, "MOST_MEMBERS", 2)
    no_lock(monkeypatch)

    overfull = 0
    for number in range(10):
        last_seat(linwei, xiaoyu, chen, f"{number}")
        overfull += len(in_it(Circle.objects.get(name=f"{number}"))) == 3
        if overfull:
            break

    assert overfull == 1


def test_the_last_host_leaves_or_somebody_comes_but_nobody_is_left_alone(linwei, xiaoyu):
    for number in range(5):
        circle = circle_of(linwei, name=f"{number}")
        outcomes = together(
            lambda: leave(circle=circle, person=linwei),  # noqa: B023 -- run in the round
            lambda: join(circle=circle, code=circle.invite_code, person=xiaoyu),  # noqa: B023 -- run in the round
        )
        circle.refresh_from_db()
        if circle.state == "open":
            assert isinstance(outcomes[0], HostStays)
            assert in_it(circle) == {linwei, xiaoyu}
        else:
            assert isinstance(outcomes[1], TransitionRefused)
            assert in_it(circle) == {linwei}
        assert breaches() == []


def test_taking_the_place_and_being_removed_at_once_leave_a_host_who_is_in(linwei, xiaoyu):
    for number in range(5):
        circle = circle_of(linwei, xiaoyu, name=f"{number}")
        offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)
        together(
            lambda: take_place(circle=circle, person=xiaoyu),  # noqa: B023 -- run in the round
            lambda: remove(circle=circle, host=linwei, person_id=xiaoyu.pk),  # noqa: B023 -- run in the round
        )
        assert breaches() == []


def test_six_windows_open_no_more_circles_than_a_host_may_have(linwei, monkeypatch):
    monkeypatch.setattr(circles, "MOST_HOSTED", 3)
    names = iter("abcdef")

    outcomes = all_at_once(
        lambda: open_circle(
            host=linwei, name=next(names), words="", seen_by="members", may_ask=True
        ),
        times=6,
    )

    assert [type(one) for one in outcomes].count(TooManyCircles) == 3
    assert Circle.objects.count() == 3
