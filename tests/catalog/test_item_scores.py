"""What stands behind a product: weights by hand, caps that hold, nothing counted too late."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import endorsing, item_scores, nearness, tasks
from catalog.invariants import INVARIANTS
from catalog.models import ItemScore, ScoreDue, Weight
from kit import clock
from kit.invariants import check
from people.models import AccountTrust, Block, TrustRun
from shops.models import Membership
from tests.catalog.speaking import (
    befriend,
    befriend_all,
    people,
    person,
    received,
    received_and_said,
    say,
)
from tests.races import together

pytestmark = pytest.mark.usefixtures("noon")


def counted(product) -> ItemScore:
    item_scores.count([product.pk])
    return ItemScore.objects.get(pk=product.pk)


def broken():
    return sum(found.broken for found in check(INVARIANTS))


def test_twelve_buyers_in_twelve_circles_come_to_twelve(honey):
    for one in people(12):
        received_and_said(one, honey)

    found = counted(honey)

    assert (found.score, found.groups, found.verified, found.raters) == (12.0, 12, 12, 12)
    # Twelve times five stars, and four times the four that everybody begins with.
    assert found.mean == pytest.approx((12 * 5 + 4 * 4) / 16)
    assert broken() == 0


def test_a_ring_counts_for_two_however_many_they_are(honey):
    ring = people(12)
    befriend_all(ring)
    for one in ring:
        received_and_said(one, honey)

    found = counted(honey)

    assert (found.score, found.groups, found.verified) == (2.0, 1, 12)
    assert found.mean == pytest.approx((2 * 5 + 4 * 4) / 6)


def test_two_who_share_two_friends_are_one_circle(honey):
    a, b, c, d = people(4)
    for friend in (c, d):
        befriend(a, friend)
        befriend(b, friend)
    for one in (a, b):
        received_and_said(one, honey)

    assert counted(honey).groups == 1


@pytest.mark.parametrize(
    ("how", "weight"),
    [
        ({}, 1.0),
        ({"days_ago": 2}, 0.6),
        ({"paid_minor": 499}, 0.0),
        ({"paid_minor": 500}, 1.0),
        ({"paid_minor": 0}, 0.1),
        ({"relation": "friend"}, 1.0),
        ({"relation": "family"}, 0.0),
        ({"relation": "works"}, 0.0),
        ({"verdict": "so_so"}, 0.0),
        ({"visibility": "friends"}, 0.0),
    ],
    ids=str,
)
def test_words_weigh_what_they_rest_on(honey, linwei, how, weight):
    received_and_said(linwei, honey, **how)

    assert counted(honey).score == pytest.approx(weight)


def test_what_went_back_weighs_nothing(honey, linwei):
    receipt = received(linwei, honey)
    say(linwei, honey)
    assert counted(honey).score == 1.0

    endorsing.took_back(line_key=receipt.line_key, at=clock.now())

    found = counted(honey)
    assert (found.score, found.groups, found.verified) == (0.0, 0, 0)


def test_who_began_to_work_there_weighs_nothing(honey, hill_shop, linwei):
    received_and_said(linwei, honey)
    Membership.objects.create(shop=hill_shop, person=linwei, role="packer")

    assert counted(honey).score == 0.0


def test_a_commission_lowers_and_never_raises(honey, linwei):
    received_and_said(linwei, honey)
    endorsing.mark_earning(person_id=linwei.pk, product_id=honey.pk)

    assert counted(honey).score == pytest.approx(0.7)


def test_a_year_halves_it(honey, linwei, noon):
    received_and_said(linwei, honey)

    with clock.stopped_at(noon + timedelta(days=365)):
        assert counted(honey).score == pytest.approx(0.5)


@pytest.mark.parametrize(("at_one_door", "score"), [(3, 3.0), (4, 0.0)])
def test_more_than_three_at_one_door_are_nobody(honey, at_one_door, score):
    for one in people(at_one_door):
        received_and_said(one, honey, marks=("d00r",))
    assert counted(honey).score == score

    apart = person()
    received_and_said(apart, honey, marks=("elsewhere",))
    assert counted(honey).score == score + 1.0


def test_trust_lowers_what_is_said(honey, linwei, xiaoyu):
    run = TrustRun.objects.create(state="published", finished_at=clock.now(), counts=True)
    AccountTrust.objects.create(person=linwei, g=0.5, e=0.5, t=0.25, run=run)
    for one in (linwei, xiaoyu):  # the run never met Xiaoyu
        received_and_said(one, honey)

    found = counted(honey)

    assert (found.score, found.groups) == (0.25, 1)


def test_one_star_from_a_ring_moves_ten_words_by_hardly_a_sixth_of_a_star(honey):
    for one in people(10):
        received_and_said(one, honey)
    before = counted(honey)
    ring = people(8)
    befriend_all(ring)
    for one in ring:
        received_and_said(one, honey, verdict="no")

    after = counted(honey)

    assert after.score == before.score == 10.0
    assert before.mean == pytest.approx((50 + 16) / 14)
    assert before.mean - after.mean == pytest.approx(0.15)


def test_withdrawn_and_held_words_are_not_counted(honey, linwei, xiaoyu, rule):
    received_and_said(linwei, honey, words="分装")
    endorsing.withdraw(endorsement=received_and_said(xiaoyu, honey), person=xiaoyu)

    assert (counted(honey).raters, Weight.objects.count()) == (0, 0)


def test_saying_something_has_it_counted_and_counting_it_once_is_enough(honey, linwei):
    received_and_said(linwei, honey)
    assert item_scores.due(now=clock.now()) == [honey.pk]

    assert tasks.count_due_items() == 1

    assert ItemScore.objects.get().score == 1.0
    assert item_scores.due(now=clock.now()) == []
    assert item_scores.due(now=clock.now() + timedelta(days=1)) == [honey.pk]


def test_many_voices_take_no_more_statements_than_two(honey):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            item_scores.count([honey.pk])
        return len(asked)

    for one in people(2):
        received_and_said(one, honey)
    two = statements()
    for one in people(5):
        received_and_said(one, honey)

    assert statements() == two <= 13


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_two_who_count_at_once_end_with_the_later_word(honey, linwei, monkeypatch, guard):
    """With the guard off who read first may write last, and a withdrawal is never counted."""
    said = received_and_said(linwei, honey)
    if guard == "off":
        monkeypatch.setattr(item_scores, "one_at_a_time", lambda *names: None)
    ScoreDue.objects.all().delete()  # or the two would wait for each other at its row
    reads = item_scores._said
    first_has_read, second_is_done = threading.Event(), threading.Event()

    def read_slowly(products, now):
        found = reads(products, now)
        if not first_has_read.is_set():
            first_has_read.set()
            second_is_done.wait(timeout=0.8)
        return found

    monkeypatch.setattr(item_scores, "_said", read_slowly)

    def count_first():
        item_scores.count([honey.pk])

    def withdraw_and_count():
        first_has_read.wait(timeout=20)
        endorsing.withdraw(endorsement=said, person=linwei)
        item_scores.count([honey.pk])
        second_is_done.set()

    outcomes = together(count_first, withdraw_and_count)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert ItemScore.objects.get().score == (0.0 if guard == "on" else 1.0)
    assert ScoreDue.objects.count() == 0


# --- for one viewer ----------------------------------------------------------------------------


def for_linwei(linwei, product) -> float:
    item_scores.count([product.pk])
    return item_scores.for_viewer(linwei.pk, [product.pk])[product.pk]


def test_a_friend_counts_whole_and_a_stranger_a_little(honey, linwei, xiaoyu):
    received_and_said(xiaoyu, honey)
    assert for_linwei(linwei, honey) == 0.15

    befriend(linwei, xiaoyu)
    assert for_linwei(linwei, honey) == 1.0


def test_a_friendship_of_yesterday_is_none_yet(honey, linwei, xiaoyu):
    received_and_said(xiaoyu, honey)
    befriend(linwei, xiaoyu, days=6)

    assert for_linwei(linwei, honey) == 0.15


@pytest.mark.parametrize(("shared", "score"), [(1, 0.3), (3, 0.66), (6, 0.8)])
def test_who_shares_friends_with_the_viewer_counts_by_how_many(
    honey, linwei, xiaoyu, shared, score
):
    for friend in people(shared):
        befriend(linwei, friend)
        befriend(xiaoyu, friend)
    received_and_said(xiaoyu, honey)

    assert for_linwei(linwei, honey) == score


def test_all_behind_one_friend_count_no_more_than_that_friend(honey, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    for one in people(20):
        befriend(xiaoyu, one)
        received_and_said(one, honey)

    assert for_linwei(linwei, honey) == 1.0


def test_friends_words_among_friends_count_for_them_alone(honey, linwei, xiaoyu, chen):
    befriend(linwei, xiaoyu)
    received_and_said(xiaoyu, honey, visibility="friends")

    assert for_linwei(linwei, honey) == 1.0
    assert item_scores.for_viewer(chen.pk, [honey.pk]) == {honey.pk: 0.0}


@pytest.mark.parametrize("way", ["blocks", "is blocked"])
def test_who_is_blocked_is_not_heard(honey, linwei, xiaoyu, way):
    received_and_said(xiaoyu, honey)
    pair = (linwei, xiaoyu) if way == "blocks" else (xiaoyu, linwei)
    Block.objects.create(blocker=pair[0], blocked=pair[1])

    assert for_linwei(linwei, honey) == 0.0


def test_it_is_one_statement_however_many_products(honey, linwei, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = item_scores.for_viewer(linwei.pk, [honey.pk, 10**6, 10**6 + 1])

    assert found == {honey.pk: 0.0, 10**6: 0.0, 10**6 + 1: 0.0}


def test_friends_come_first_then_what_weighs_most(honey, linwei, xiaoyu, chen):
    earns, near, plain, friend = people(4)
    befriend(linwei, friend)
    befriend(linwei, xiaoyu)
    befriend(near, xiaoyu)
    for one in (plain, earns, near, friend):
        received_and_said(one, honey)
    endorsing.mark_earning(person_id=earns.pk, product_id=honey.pk)
    item_scores.count([honey.pk])

    assert [one.person for one in endorsing.seen_by(linwei, honey.pk)] == [
        friend,
        near,
        plain,
        earns,
    ]
    assert [one.person for one in endorsing.seen_by(None, honey.pk)][-1] == earns


def test_who_wants_everybodys_order_has_it_and_still_reads_whom_they_know(honey, linwei, xiaoyu):
    earns, near, plain, friend = people(4)
    befriend(linwei, friend)
    befriend(linwei, xiaoyu)
    befriend(near, xiaoyu)
    received_and_said(friend, honey, visibility="friends")
    for one in (near, plain, earns):
        received_and_said(one, honey)
    for one in (earns, friend):
        endorsing.mark_earning(person_id=one.pk, product_id=honey.pk)
    item_scores.count([honey.pk])
    linwei.personalised = False

    read = endorsing.seen_by(linwei, honey.pk)
    assert [one.person for one in read] == [plain, near, earns, friend]
    assert [one.from_friend for one in read] == [False, False, False, True]

    linwei.personalised = True
    assert [one.person for one in endorsing.seen_by(linwei, honey.pk)] == [
        friend,
        near,
        plain,
        earns,
    ]


def test_nearness_is_written_in_one_place():
    assert nearness.nearness_of(is_friend=False, shared=0) == 0.15
    assert nearness.nearness_of(is_friend=True, shared=5) == 1.0
