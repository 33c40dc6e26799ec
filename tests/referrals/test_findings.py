"""Findings: a doubted sale is held when it is placed or before it is free, and never dropped."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, repeat

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from kit import clock
from kit.invariants import check
from ledger.balances import balance_of
from payments import destinations
from referrals import commissions, doorsteps, findings, tasks
from referrals.invariants import INVARIANTS
from referrals.models import ClickHour, Commission, Finding, Review, Verdict
from referrals.reviewing import let_go
from tests.conftest import NOON
from tests.referrals.conftest import touch_of
from tests.referrals.doubt import doubtful, found_in, newcomer, opened, sale, the_review
from tests.referrals.money import WEEK, assert_all_is_well, complete, one, pay_in, take_back, told

S = Commission.State

pytestmark = pytest.mark.usefixtures("noon")


def received(link, buyer, *, is_doubtful: bool = True) -> Commission:
    """One line of ¥68.00, paid and received at noon."""
    make = doubtful if is_doubtful else sale
    make(link, buyer, lines=[("L1", 6800)])
    pay_in()
    commissions.paid(line_key="L1", at=NOON)
    complete("L1")
    return one()


def test_a_sale_like_any_other_leaves_no_trace(link, xiaoyu):
    sold = sale(link, xiaoyu)
    assert found_in(sold) == []
    assert not Review.objects.exists()
    assert not Commission.objects.get(attribution=sold).in_review


def test_looking_at_a_sale_asks_three_questions(link, xiaoyu, django_assert_num_queries):
    sold = sale(link, xiaoyu)
    with django_assert_num_queries(3):
        findings.look_at(sold)


def test_a_doubted_sale_is_held_the_moment_it_is_placed(link, linwei, xiaoyu):
    sold = doubtful(link, xiaoyu, lines=[("L1", 6800), ("L2", 3400)])

    assert found_in(sold) == [("F8", 100, "hold")]
    review = the_review()
    assert (review.attribution, review.person, review.state) == (sold, linwei, "open")
    assert [row.in_review for row in sold.commissions.all()] == [True, True]
    assert told(linwei) == []  # it is not paid yet: nothing to tell
    evidence = Finding.objects.get().evidence
    assert evidence == {"sales": 1, "clicks": 1, "seconds": 2, "buyers": 1}
    assert_all_is_well()


def test_a_weak_sign_is_noted_and_holds_nothing_until_another_joins_it(link, linwei, xiaoyu):
    opened(link, kind="self", visitor="v", ago=timedelta(hours=3))
    touch = opened(link, kind="human", visitor="v", ago=timedelta(hours=2))
    sold = sale(link, xiaoyu, touch=touch, lines=[("L1", 6800)])
    assert found_in(sold) == [("F4", 60, "ok")]
    assert not one().in_review

    Commission.objects.update(
        state="held", paid_at=NOON, received_at=NOON, held_until=NOON - timedelta(seconds=1)
    )
    for order_key, person in ((sold.order_key, xiaoyu), ("HERS", linwei)):
        doorsteps.note(order_key=order_key, person_id=person.pk, address="Nan 6", at=NOON)
    assert findings.look_again(clock.now()) == 1

    assert found_in(sold) == [("F4", 60, "ok"), ("F4", 120, "hold")]
    assert one().in_review


def test_what_is_in_review_is_not_released_when_its_window_is_over(link, linwei, xiaoyu, side):
    received(link, xiaoyu)
    assert told(linwei) == ["commission_expected", "commission_in_review"]

    with clock.stopped_at(NOON + 100 * WEEK):
        assert tasks.release_due_commissions() == 0
        assert not commissions.release(commission_id=one().pk)
    assert (one().state, balance_of(side)) == (S.HELD, 0)
    assert_all_is_well()


def test_the_database_itself_refuses_to_release_what_is_in_review(link, xiaoyu):
    received(link, xiaoyu)
    with pytest.raises(DatabaseError), transaction.atomic():
        Commission.objects.update(state="released", released_at=NOON)
    assert one().released_at is None


def test_what_shows_only_later_is_held_before_it_is_free(link, linwei, xiaoyu, chen, side):
    received(link, xiaoyu, is_doubtful=False)
    for person in (linwei, chen):
        destinations.set_destination(person=person, identifier="one-wallet", holder="x")

    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 0
        assert tasks.release_due_commissions() == 0
    assert [row.rule for row in Finding.objects.filter(verdict=Verdict.HOLD)] == ["F2", "F3"]
    assert Review.objects.count() == 1
    assert told(linwei)[-1] == "commission_in_review"
    assert (one().in_review, balance_of(side)) == (True, 0)
    assert_all_is_well()


def test_what_somebody_let_go_is_not_held_again_for_the_same(link, xiaoyu, wulan, side):
    received(link, xiaoyu)
    let_go(review=the_review(), by=wulan, reason="She was at the till with her phone.")

    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 1
    assert (one().state, balance_of(side)) == (S.RELEASED, 680)
    assert Finding.objects.count() == 1
    assert_all_is_well()


def test_what_was_let_go_is_held_again_when_a_rule_sees_more(link, linwei, chen, xiaoyu, wulan):
    received(link, xiaoyu)
    let_go(review=the_review(), by=wulan, reason="Fine.")
    for person in (linwei, chen):
        destinations.set_destination(person=person, identifier="one-wallet", holder="x")

    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 0
    assert list(Review.objects.order_by("pk").values_list("state", flat=True)) == ["let_go", "open"]
    assert_all_is_well()


def test_a_rule_let_go_about_the_person_holds_none_of_their_next_sales(link, wulan):
    ClickHour.objects.create(link=link, hour=NOON, humans=500)  # of a post in many groups
    for _each in range(25):
        sale(link)
    assert not Review.objects.exists()
    sale(link)  # the 26th within the hour
    assert list(the_review().findings.values_list("rule", flat=True)) == ["F6"]
    let_go(review=the_review(), by=wulan, reason="A post in six groups, I saw it.")

    sold = sale(link)
    assert found_in(sold) == [("F6", 100, "ok")]
    assert not Commission.objects.filter(in_review=True).exists()

    with clock.stopped_at(NOON + timedelta(days=30)):  # a month later it is asked again
        ClickHour.objects.create(link=link, hour=clock.now(), humans=500)
        for _each in range(26):
            sold = sale(link)
    assert found_in(sold) == [("F6", 100, "hold")]


def test_what_falls_due_after_the_look_waits_for_the_next_one(
    link, linwei, chen, xiaoyu, monkeypatch, side
):
    received(link, xiaoyu, is_doubtful=False)
    for person in (linwei, chen):
        destinations.set_destination(person=person, identifier="one-wallet", holder="x")
    moments = chain([NOON + WEEK - timedelta(seconds=1)], repeat(NOON + WEEK))
    monkeypatch.setattr(clock, "now", lambda: next(moments))

    assert tasks.release_due_commissions() == 0
    assert (one().state, one().in_review, balance_of(side)) == (S.HELD, False, 0)
    assert tasks.release_due_commissions() == 0
    assert (one().state, one().in_review, balance_of(side)) == (S.HELD, True, 0)


def test_what_was_noted_while_it_was_forgiven_is_held_when_it_counts_again(link, linwei, wulan):
    pay_in(minor=6 * 6800)
    for number in range(5):
        sale(link, lines=[(f"B{number}", 6800)])
        commissions.paid(line_key=f"B{number}", at=NOON)
        complete(f"B{number}")
    for number in range(2):
        take_back(f"B{number}", 6800, refund=number + 1)
    assert found_in(sale(link)) == [("F7", 100, "hold")]
    let_go(review=the_review(), by=wulan, reason="A bad week of plums.")

    sold = sale(link, lines=[("L1", 6800)])
    commissions.paid(line_key="L1", at=NOON)
    complete("L1")
    month = NOON + timedelta(days=30)
    Commission.objects.update(held_until=month)
    findings.look_again(month)
    assert found_in(sold) == [("F7", 100, "ok")]
    with clock.stopped_at(month):
        assert tasks.release_due_commissions() == 0
    assert found_in(sold) == [("F7", 100, "ok"), ("F7", 100, "hold")]
    assert one().in_review


def test_a_line_refunded_whole_waits_with_its_sale_should_its_refund_be_undone(
    link, linwei, xiaoyu, chen, side
):
    sale(link, xiaoyu, lines=[("L1", 6800), ("L2", 3400)])
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
    take_back("L1", 6800)
    for line_key in ("L1", "L2"):
        complete(line_key)
    for person in (linwei, chen):
        destinations.set_destination(person=person, identifier="one-wallet", holder="x")

    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 0
        assert [(row.state, row.in_review) for row in (one("L1"), one("L2"))] == [
            (S.REVERSED, True),
            (S.HELD, True),
        ]
        assert told(linwei).count("commission_in_review") == 1  # of L1 nothing is left

        take_back("L1", 0, undoes=1)
        assert tasks.release_due_commissions() == 0
    assert (one("L1").state, one("L1").in_review, balance_of(side)) == (S.HELD, True, 0)
    assert_all_is_well()


def test_a_second_review_of_a_sale_is_told_as_well(link, linwei, chen, xiaoyu, wulan):
    received(link, xiaoyu)
    let_go(review=the_review(), by=wulan, reason="Fine.")
    for person in (linwei, chen):
        destinations.set_destination(person=person, identifier="one-wallet", holder="x")
    with clock.stopped_at(NOON + WEEK):
        tasks.release_due_commissions()
    assert told(linwei) == [
        "commission_expected",
        "commission_in_review",
        "commission_cleared",
        "commission_in_review",
    ]


def test_looking_twice_or_at_once_writes_once(link, xiaoyu):
    sold = doubtful(link, xiaoyu)
    findings.look_at(sold)
    findings.look_at(sold)
    assert (Finding.objects.count(), Review.objects.count()) == (1, 1)


def test_a_sum_that_cannot_be_right_is_held_and_raises_the_alarm(link, xiaoyu, caplog):
    sold = sale(link, xiaoyu)
    Commission.objects.update(amount_minor=6800)
    findings.look_at(sold)
    assert found_in(sold) == [("F13", 100, "block")]
    assert "earns what it cannot" in caplog.text
    assert Commission.objects.get().in_review


def test_a_finding_is_never_changed_or_taken_away(link, xiaoyu):
    doubtful(link, xiaoyu)
    for change in (lambda: Finding.objects.update(score=0), Finding.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Finding.objects.get().score == 100


def test_the_sharer_reads_that_a_person_looks_and_not_why(link, linwei, xiaoyu):
    received(link, xiaoyu)
    reader = Client(headers={"accept-language": "en"})
    reader.force_login(linwei)

    story = reader.get("/me/earnings/L1").content.decode()
    assert "Waits until a person of the house has looked at this sale" in story
    assert "Being looked at" in reader.get("/me/earnings").content.decode()
    for inner in ("F8", "click, which", "seconds after"):
        assert inner not in story


def test_invariants_see_what_waits_for_nobody_and_who_waits_for_nothing(link, xiaoyu):
    sale(link, xiaoyu, lines=[("L1", 6800)])
    Commission.objects.update(in_review=True)
    assert broken() == {"referrals.what_is_in_review_waits_for_a_person"}

    Commission.objects.update(in_review=False)
    Review.objects.create(person=link.person, attribution=one().attribution)
    assert broken() == {
        "referrals.an_open_review_holds_something",
        "referrals.a_review_says_what_was_found",
    }


def test_invariants_see_what_was_released_under_review(link, xiaoyu):
    received(link, xiaoyu)
    Commission.objects.update(in_review=False, state="released", released_at=NOON + WEEK)
    assert "referrals.nothing_is_released_under_review" in broken()


def broken() -> set[str]:
    return {finding.name for finding in check(INVARIANTS) if finding.broken}


def test_a_sale_whose_order_was_cancelled_has_nothing_left_to_doubt(link, xiaoyu):
    sold = sale(link, xiaoyu, touch=touch_of(link), lines=[("L1", 6800)])
    commissions.void(line_key="L1", at=NOON)
    Commission.objects.update(amount_minor=6800)
    findings.look_at(sold)
    assert found_in(sold) == []


def test_a_newcomer_alone_is_no_sign(link):
    assert found_in(sale(link, newcomer(days_ago=0))) == []
