"""Coming into a circle and going."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from kit.states import TransitionRefused, move
from notifications.models import Notice
from people import circle_places, circles, friendships
from people.circle_places import (
    MAY_BECOME,
    AskedTooOften,
    CircleIsFull,
    HostStays,
    accept,
    ask,
    decline,
    join,
    leave,
    remove,
    withdraw,
)
from people.circle_reading import asked_by, asking, place_of
from people.circles import NotAllowed, TooManyCircles, close, offer_place
from people.models import CircleMember, Person
from tests.people.circles import breaches, circle_of, in_it, state_of

State = CircleMember.State


@pytest.mark.parametrize("to", State.values)
@pytest.mark.parametrize("came_from", State.values)
def test_a_place_moves_exactly_as_the_table_says(linwei, xiaoyu, came_from, to):
    circle = circle_of(linwei)
    place = CircleMember.objects.create(circle=circle, person=xiaoyu, state=came_from)

    if came_from in MAY_BECOME[to]:
        move(place, to=to, table=MAY_BECOME)
        assert place.state == to
    else:
        with pytest.raises(TransitionRefused):
            move(place, to=to, table=MAY_BECOME)


def test_the_link_lets_in_at_once_and_the_host_is_told(linwei, xiaoyu):
    circle = circle_of(linwei)

    join(circle=circle, code=circle.invite_code, person=xiaoyu)
    join(circle=circle, code=circle.invite_code, person=xiaoyu)

    assert in_it(circle) == {linwei, xiaoyu}
    assert Notice.objects.get(kind="circle_joined").person == linwei


def test_a_wrong_or_old_link_lets_nobody_in(linwei, xiaoyu):
    circle = circle_of(linwei)

    with pytest.raises(NotAllowed):
        join(circle=circle, code="ZZZZZZZZZZ", person=xiaoyu)
    assert in_it(circle) == {linwei}


def test_who_asks_waits_for_the_host(linwei, xiaoyu):
    circle = circle_of(linwei)

    ask(circle=circle, person=xiaoyu, words="我是晓雨")
    ask(circle=circle, person=xiaoyu, words="again")

    assert in_it(circle) == {linwei}
    assert [place.words for place in asking(circle)] == ["我是晓雨"]
    assert Notice.objects.get(kind="circle_asked").person == linwei

    accept(circle=circle, host=linwei, person_id=xiaoyu.pk)
    accept(circle=circle, host=linwei, person_id=xiaoyu.pk)
    assert in_it(circle) == {linwei, xiaoyu}
    assert Notice.objects.get(kind="circle_accepted").person == xiaoyu
    assert CircleMember.objects.get(person=xiaoyu).words == ""


def test_a_circle_that_takes_nobody_who_asks(linwei, xiaoyu):
    circle = circle_of(linwei, may_ask=False)

    with pytest.raises(NotAllowed):
        ask(circle=circle, person=xiaoyu, words="")
    assert not CircleMember.objects.filter(person=xiaoyu).exists()


def test_a_no_is_not_told_and_holds_for_a_month(linwei, xiaoyu, noon):
    circle = circle_of(linwei)
    ask(circle=circle, person=xiaoyu, words="")
    decline(circle=circle, host=linwei, person_id=xiaoyu.pk)

    assert Notice.objects.filter(person=xiaoyu).count() == 0
    assert place_of(circle, xiaoyu) == "asked"
    assert asked_by(xiaoyu) == [circle]
    ask(circle=circle, person=xiaoyu, words="")
    withdraw(circle=circle, person=xiaoyu)
    assert place_of(circle, xiaoyu) == ""
    ask(circle=circle, person=xiaoyu, words="")
    join(circle=circle, code=circle.invite_code, person=xiaoyu)
    assert (place_of(circle, xiaoyu), asking(circle)) == ("asked", [])
    assert Notice.objects.filter(kind="circle_asked").count() == 1
    assert breaches() == []

    with clock.stopped_at(noon + timedelta(days=31)):
        ask(circle=circle, person=xiaoyu, words="")
        assert [place.person for place in asking(circle)] == [xiaoyu]
        assert Notice.objects.filter(kind="circle_asked").count() == 2


def test_who_was_sent_away_comes_back_only_through_the_host(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    remove(circle=circle, host=linwei, person_id=xiaoyu.pk)
    assert Notice.objects.get(kind="circle_removed").person == xiaoyu
    join(circle=circle, code=circle.invite_code, person=xiaoyu)

    assert state_of(circle, xiaoyu) == "asked"
    accept(circle=circle, host=linwei, person_id=xiaoyu.pk)
    assert in_it(circle) == {linwei, xiaoyu}


def test_nobody_else_answers_or_removes_and_the_host_is_not_removed(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu)
    ask(circle=circle, person=chen, words="")

    for act in (accept, decline, remove):
        with pytest.raises(NotAllowed):
            act(circle=circle, host=xiaoyu, person_id=chen.pk)
    with pytest.raises(NotAllowed):
        remove(circle=circle, host=linwei, person_id=linwei.pk)
    assert state_of(circle, chen) == "asked"


def test_who_left_may_come_back_by_the_link(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)
    offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)

    leave(circle=circle, person=xiaoyu)
    circle.refresh_from_db()
    assert (in_it(circle), circle.offered_to) == ({linwei}, None)
    with pytest.raises(TransitionRefused):
        leave(circle=circle, person=xiaoyu)

    join(circle=circle, code=circle.invite_code, person=xiaoyu)
    assert in_it(circle) == {linwei, xiaoyu}


def test_a_host_leaves_nobody_alone_and_the_last_one_closes(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    with pytest.raises(HostStays):
        leave(circle=circle, person=linwei)
    leave(circle=circle, person=xiaoyu)
    leave(circle=circle, person=linwei)

    circle.refresh_from_db()
    assert circle.state == "closed"
    assert breaches() == []


def test_a_full_circle_takes_nobody(linwei, xiaoyu, chen, monkeypatch):
    monkeypatch.setattr(circles, "MOST_MEMBERS", 2)
    circle = circle_of(linwei, xiaoyu)
    ask(circle=circle, person=chen, words="")

    with pytest.raises(CircleIsFull):
        join(circle=circle, code=circle.invite_code, person=chen)
    with pytest.raises(CircleIsFull):
        accept(circle=circle, host=linwei, person_id=chen.pk)
    assert state_of(circle, chen) == "asked"


def test_fifty_circles_are_enough_for_anybody(linwei, xiaoyu, monkeypatch):
    circle_of(linwei, xiaoyu, name="a")
    other = circle_of(linwei, name="b")
    monkeypatch.setattr(circles, "MOST_JOINED", 1)

    with pytest.raises(TooManyCircles):
        join(circle=other, code=other.invite_code, person=xiaoyu)
    assert in_it(other) == {linwei}


def test_twenty_questions_a_day_are_enough(linwei, xiaoyu, monkeypatch):
    monkeypatch.setattr(circle_places, "MOST_ASKS_A_DAY", 1)
    one, other = circle_of(linwei, name="a"), circle_of(linwei, name="b")
    ask(circle=one, person=xiaoyu, words="")

    with pytest.raises(AskedTooOften):
        ask(circle=other, person=xiaoyu, words="")
    assert not CircleMember.objects.filter(circle=other, person=xiaoyu).exists()


@pytest.mark.parametrize("by_host", [True, False])
def test_a_block_between_host_and_newcomer_lets_nobody_in(linwei, xiaoyu, chen, by_host):
    circle = circle_of(linwei)
    ask(circle=circle, person=chen, words="")
    blocker, blocked = (linwei, chen) if by_host else (chen, linwei)
    friendships.block(blocker=blocker, blocked=blocked)

    for act in (
        lambda: join(circle=circle, code=circle.invite_code, person=chen),
        lambda: ask(circle=circle, person=chen, words=""),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(TransitionRefused):
        accept(circle=circle, host=linwei, person_id=chen.pk)
    assert asking(circle) == []
    assert in_it(circle) == {linwei}


def test_nobody_joins_a_closed_circle_or_one_whose_host_is_gone(linwei, xiaoyu, chen):
    closed, orphan = circle_of(linwei, name="a"), circle_of(chen, name="b")
    close(circle=closed, host=linwei)
    Person.objects.filter(pk=chen.pk).update(is_active=False)

    with pytest.raises(TransitionRefused):
        join(circle=closed, code=closed.invite_code, person=xiaoyu)
    with pytest.raises(NotAllowed):
        join(circle=orphan, code=orphan.invite_code, person=xiaoyu)
    assert not CircleMember.objects.filter(person=xiaoyu).exists()


def test_a_closed_account_is_not_let_in(linwei, xiaoyu):
    circle = circle_of(linwei)
    ask(circle=circle, person=xiaoyu, words="")
    Person.objects.filter(pk=xiaoyu.pk).update(is_active=False)

    with pytest.raises(TransitionRefused):
        accept(circle=circle, host=linwei, person_id=xiaoyu.pk)
    assert asking(circle) == []
