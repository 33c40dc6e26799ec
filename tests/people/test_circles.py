"""Circles: opened, described, handed over, closed."""

from __future__ import annotations

from typing import Any

import pytest

from kit.states import TransitionRefused
from notifications.models import Notice
from people import circles, friendships
from people.circle_places import leave, remove
from people.circles import (
    NotAllowed,
    TooManyCircles,
    change,
    close,
    offer_place,
    open_circle,
    refuse_place,
    renew_invitation,
    take_place,
)
from people.models import Circle, CircleMember, Person
from tests.people.circles import breaches, circle_of, in_it


def told(kind: str) -> set[Person]:
    return {notice.person for notice in Notice.objects.filter(kind=kind).select_related("person")}


def test_who_opens_a_circle_hosts_it_and_is_in_it(linwei):
    circle = circle_of(linwei, name="茶友")

    assert (circle.host, circle.state, in_it(circle)) == (linwei, "open", {linwei})
    assert breaches() == []


def test_two_taps_open_one_circle(linwei):
    assert circle_of(linwei) == circle_of(linwei)
    assert Circle.objects.count() == 1


def test_ten_circles_are_enough_for_a_host(linwei, monkeypatch):
    monkeypatch.setattr(circles, "MOST_HOSTED", 2)
    circle_of(linwei, name="a")
    circle_of(linwei, name="b")

    with pytest.raises(TooManyCircles):
        circle_of(linwei, name="c")
    assert Circle.objects.count() == 2
    assert CircleMember.objects.count() == 2


def test_whoever_is_in_too_many_circles_opens_none(linwei, xiaoyu, monkeypatch):
    monkeypatch.setattr(circles, "MOST_JOINED", 1)
    circle_of(xiaoyu, linwei)

    with pytest.raises(TooManyCircles):
        open_circle(host=linwei, name="b", words="", seen_by="members", may_ask=True)
    assert Circle.objects.count() == 1


def test_only_the_host_changes_what_a_circle_says(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)
    said: dict[str, Any] = {
        "name": "新名字",
        "words": "周六早上七点",
        "seen_by": "everyone",
        "may_ask": False,
    }

    with pytest.raises(NotAllowed):
        change(circle=circle, host=xiaoyu, **said)
    circle.refresh_from_db()
    assert circle.name == "晨跑团"

    changed = change(circle=circle, host=linwei, **said)
    assert (changed.name, changed.seen_by, changed.may_ask) == ("新名字", "everyone", False)


def test_a_new_link_ends_the_old_one(linwei, xiaoyu, chen):
    circle = circle_of(linwei)
    old = circle.invite_code

    fresh = renew_invitation(circle=circle, host=linwei)

    assert fresh.invite_code != old
    with pytest.raises(NotAllowed):
        renew_invitation(circle=circle, host=chen)


def test_a_closed_circle_tells_its_members_and_moves_no_more(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu, chen)
    friendships.block(blocker=chen, blocked=linwei)

    closed = close(circle=circle, host=linwei)

    assert (closed.state, in_it(circle)) == ("closed", {linwei, xiaoyu, chen})
    assert told("circle_closed") == {xiaoyu}  # a notice names the host
    said: dict[str, Any] = {"name": "x", "words": "", "seen_by": "members", "may_ask": True}
    for again in (
        lambda: close(circle=circle, host=linwei),
        lambda: change(circle=circle, host=linwei, **said),
        lambda: offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk),
        lambda: take_place(circle=circle, person=xiaoyu),
        lambda: remove(circle=circle, host=linwei, person_id=xiaoyu.pk),
    ):
        with pytest.raises(TransitionRefused):
            again()
    assert leave(circle=circle, person=linwei).state == "left"  # nothing is left to host
    assert breaches() == []


def test_five_hundred_people_still_know_each_other():
    assert circles.MOST_MEMBERS == 500  # as the invariant has it


def test_the_hosts_place_goes_to_who_says_yes(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu, chen)

    offered = offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)
    assert (offered.host, told("circle_offered")) == (linwei, {xiaoyu})
    with pytest.raises(NotAllowed):
        take_place(circle=circle, person=chen)
    taken = take_place(circle=circle, person=xiaoyu)

    assert (taken.host, taken.offered_to) == (xiaoyu, None)
    assert told("circle_new_host") == {linwei, chen}
    assert breaches() == []
    with pytest.raises(NotAllowed):
        close(circle=circle, host=linwei)


def test_a_place_refused_stays_where_it_was(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)
    offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)

    assert refuse_place(circle=circle, person=xiaoyu)
    assert not refuse_place(circle=circle, person=xiaoyu)
    with pytest.raises(NotAllowed):
        take_place(circle=circle, person=xiaoyu)


def test_the_place_is_offered_to_no_stranger_no_blocked_and_not_to_oneself(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu)
    friendships.block(blocker=xiaoyu, blocked=linwei)

    for person in (linwei, xiaoyu, chen):
        with pytest.raises(NotAllowed):
            offer_place(circle=circle, host=linwei, member_id=person.pk)
    circle.refresh_from_db()
    assert circle.offered_to is None


def test_who_hosts_ten_takes_no_other(linwei, xiaoyu, monkeypatch):
    circle = circle_of(linwei, xiaoyu)
    circle_of(xiaoyu, name="own")
    offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)
    monkeypatch.setattr(circles, "MOST_HOSTED", 1)

    with pytest.raises(TooManyCircles):
        take_place(circle=circle, person=xiaoyu)
    circle.refresh_from_db()
    assert circle.host == linwei


def test_of_a_circle_whose_host_is_gone_any_member_takes_the_place(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu)
    Person.objects.filter(pk=linwei.pk).update(is_active=False)

    with pytest.raises(NotAllowed):
        take_place(circle=circle, person=chen)
    assert take_place(circle=circle, person=xiaoyu).host == xiaoyu
