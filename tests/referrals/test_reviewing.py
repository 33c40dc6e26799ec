"""Reviewing: a person lets money go or refuses it, once, and never their own."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import post
from notifications.models import Notice
from people.models import Person, StaffRole
from referrals import commissions, findings, reviewing, tasks
from referrals.earnings import staged
from referrals.invariants import INVARIANTS
from referrals.models import Commission, Review
from shops.models import Membership
from tests.conftest import NOON
from tests.races import all_at_once, together
from tests.referrals.doubt import doubtful, sale, the_review
from tests.referrals.money import WEEK, assert_all_is_well, complete, one, pay_in, take_back, told

S = Commission.State


@pytest.fixture
def doubted(noon, link, xiaoyu):
    """Two lines, ¥68.00 and ¥34.00, ordered two seconds after the click: ¥10.20 in review."""
    return doubtful(link, xiaoyu, lines=[("L1", 6800), ("L2", 3400)])


@pytest.fixture
def shop_side(hill_shop):
    return accounts.shop(hill_shop.pk, "CNY")


def pay() -> None:
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=clock.now())


def receive() -> None:
    pay()
    for line_key in ("L1", "L2"):
        complete(line_key)


def refuse(by: Person, reason: str = "The buyer and you are one household.") -> Review:
    return reviewing.refuse(review=the_review(), by=by, reason=reason)


def states() -> list[tuple[str, bool]]:
    return list(Commission.objects.order_by("pk").values_list("state", "in_review"))


def test_what_is_let_go_is_released_in_its_turn(doubted, linwei, wulan, side):
    receive()
    reviewing.let_go(review=the_review(), by=wulan, reason="She paid in the shop.")
    assert states() == [(S.HELD, False), (S.HELD, False)]

    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 2
    assert balance_of(side) == 680 + 340
    review = the_review()
    assert (review.state, review.decided_by, review.decided_at) == ("let_go", wulan, NOON)
    assert review.reason == "She paid in the shop."
    assert told(linwei).count("commission_cleared") == 2
    assert_all_is_well()


def test_what_is_let_go_before_it_was_paid_tells_nobody(doubted, linwei, wulan):
    reviewing.let_go(review=the_review(), by=wulan, reason="Fine.")
    assert told(linwei) == []
    receive()
    assert told(linwei) == ["commission_expected", "commission_expected"] + ["commission_held"] * 2


def test_what_was_received_goes_back_to_the_shop_when_it_is_refused(
    doubted, linwei, wulan, pending_side, shop_side, side
):
    receive()
    assert balance_of(pending_side) == 680 + 340

    refuse(wulan)

    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert (balance_of(pending_side), balance_of(side), balance_of(shop_side)) == (0, 0, 1020)
    assert one().refused_at == NOON
    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 0
    said = Notice.objects.filter(person=linwei, kind="commission_refused").order_by("pk")
    assert [(row.data["amount_minor"], row.data["reason"]) for row in said] == [
        (680, "The buyer and you are one household."),
        (340, "The buyer and you are one household."),
    ]
    assert_all_is_well()


@pytest.mark.parametrize("is_paid", [False, True])
def test_what_was_not_received_yet_is_earned_by_nobody_when_it_is_refused(
    doubted, wulan, pending_side, shop_side, is_paid
):
    if is_paid:
        pay()
    refuse(wulan)
    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert not Transfer.objects.filter(key__startswith="review:").exists()

    if not is_paid:  # the order goes on as if nobody had brought it
        pay()
    assert commissions.to_credit(line_key="L1") is None
    for line_key in ("L1", "L2"):
        complete(line_key)
    commissions.void(line_key="L1", at=NOON)
    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert (balance_of(pending_side), balance_of(shop_side)) == (0, 0)
    assert_all_is_well()


def test_a_refund_takes_nothing_of_what_was_refused(doubted, wulan, pending_side, shop_side):
    receive()
    refuse(wulan)
    assert take_back("L1", 6800) == []
    assert (balance_of(pending_side), balance_of(shop_side)) == (0, 1020)
    assert_all_is_well()


def test_what_a_refund_had_taken_before_is_not_taken_again(doubted, wulan, linwei, shop_side):
    receive()
    take_back("L1", 3400)  # 340 of its 680 goes with it
    before_minor = balance_of(shop_side)
    refuse(wulan)
    assert balance_of(shop_side) - before_minor == 340 + 340
    assert take_back("L1", 0, undoes=1) == []  # and the bank sends the refund back
    assert balance_of(shop_side) - before_minor == 340 + 340
    assert_all_is_well()


def test_what_was_refunded_wholly_is_refused_without_a_word(doubted, linwei, wulan, shop_side):
    receive()
    take_back("L1", 6800)
    take_back("L2", 3400, refund=2)
    refuse(wulan)
    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert "commission_refused" not in told(linwei)
    assert_all_is_well()


def test_a_line_refunded_whole_is_refused_with_its_sale(doubted, wulan, pending_side, side):
    pay()
    take_back("L1", 6800)
    Commission.objects.filter(line_key="L1").update(in_review=False)
    for line_key in ("L1", "L2"):
        complete(line_key)

    refuse(wulan)
    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert take_back("L1", 0, undoes=1) == []  # the bank undoes the refund: it stays refused
    with clock.stopped_at(NOON + WEEK):
        assert tasks.release_due_commissions() == 0
    assert (balance_of(pending_side), balance_of(side)) == (0, 0)
    assert_all_is_well()


def test_letting_go_says_nothing_of_lines_of_which_nothing_is_left(doubted, linwei, wulan):
    pay()
    take_back("L1", 6800)
    commissions.void(line_key="L2", at=NOON)
    reviewing.let_go(review=the_review(), by=wulan, reason="Fine.")
    assert states() == [(S.REVERSED, False), (S.VOID, False)]
    assert "commission_cleared" not in told(linwei)


def test_an_order_cancelled_meanwhile_leaves_nothing_to_refuse(doubted, linwei, wulan):
    pay()
    for line_key in ("L1", "L2"):
        commissions.void(line_key=line_key, at=NOON)
    assert [row.stage for row in staged(Commission.objects.all())] == ["void", "void"]
    refuse(wulan)
    assert states() == [(S.VOID, False), (S.VOID, False)]
    assert one().refused_at is None
    assert "commission_refused" not in told(linwei)
    assert_all_is_well()


def test_a_decision_stands_in_the_audit_with_its_reason_and_rules(doubted, wulan):
    refuse(wulan)
    event = AuditEvent.objects.get(act="review.refused")
    assert (event.actor, event.subject) == (f"person:{wulan.pk}", f"review:{the_review().pk}")
    assert event.before == {"rules": ["F8"]}
    assert event.after["why"] == "The buyer and you are one household."


def test_a_decided_review_is_decided_for_good(doubted, wulan):
    receive()
    refuse(wulan)
    for decide in (reviewing.let_go, reviewing.refuse):
        with pytest.raises(TransitionRefused):
            decide(review=the_review(), by=wulan, reason="On second thoughts.")
    assert the_review().reason == "The buyer and you are one household."
    assert AuditEvent.objects.filter(act__startswith="review.").count() == 1


@pytest.mark.parametrize("who", ["sharer", "buyer", "owner", "staff"])
def test_nobody_decides_on_a_sale_of_their_own(
    doubted, linwei, xiaoyu, chen, wulan, hill_shop, who
):
    if who == "staff":
        Membership.objects.create(shop=hill_shop, person=wulan, role=Membership.Role.PACKER)
    by = {"sharer": linwei, "buyer": xiaoyu, "owner": chen, "staff": wulan}[who]
    for decide in (reviewing.let_go, reviewing.refuse):
        with pytest.raises(reviewing.OwnMoney):
            decide(review=the_review(), by=by, reason="It is fine.")
    assert the_review().state == "open"
    assert one().in_review


def test_a_wrong_sum_can_only_be_refused(noon, link, xiaoyu, wulan):
    sold = sale(link, xiaoyu, lines=[("L1", 6800)])
    Commission.objects.update(amount_minor=6800)
    findings.look_at(sold)
    with pytest.raises(reviewing.NeverPayable):
        reviewing.let_go(review=the_review(), by=wulan, reason="Looks fine.")
    assert one().in_review

    refuse(wulan, "A fault of ours.")
    assert one().state == S.VOID


def test_invariants_see_a_refusal_without_its_money(doubted, wulan):
    receive()
    refuse(wulan)
    Commission.objects.filter(line_key="L1").update(reversed_minor=80)
    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert "referrals.a_refusal_gives_the_shop_what_was_pending" in broken

    Commission.objects.filter(line_key="L1").update(refused_at=NOON - timedelta(days=1))
    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert "referrals.whatever_was_refused_a_person_refused" in broken


def of_the_house(number: int) -> Person:
    person = Person.objects.create_user(name="审", email=f"house-{number}@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return person


def due_and_doubted(link, xiaoyu) -> Review:
    """¥6.80, received, its window over, in review, outside any test's transaction."""
    doubtful(link, xiaoyu, lines=[("L1", 6800)])
    pay_in(minor=6800)
    commissions.paid(line_key="L1", at=clock.now())
    with transaction.atomic():
        complete("L1")
    Commission.objects.update(held_until=clock.now() - timedelta(seconds=1))
    return the_review()


@pytest.mark.django_db(transaction=True)
def test_of_eight_decisions_at_once_one_counts(link, xiaoyu, side, shop_side, pending_side):
    review = due_and_doubted(link, xiaoyu)
    people = iter([of_the_house(number) for number in range(8)])
    verdicts = iter([reviewing.let_go, reviewing.refuse] * 4)

    def decide():
        return next(verdicts)(review=Review.objects.get(), by=next(people), reason="So be it.")

    outcomes = all_at_once(decide, times=8)

    assert [type(outcome) for outcome in outcomes].count(TransitionRefused) == 7
    tasks.release_due_commissions()
    review.refresh_from_db()
    went_to = {"let_go": (680, 0), "refused": (0, 680)}[review.state]
    assert (balance_of(side), balance_of(shop_side)) == went_to
    assert balance_of(pending_side) == 0
    assert_all_is_well()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(4))
def test_refusal_and_release_at_once_pay_once(link, xiaoyu, side, shop_side, pending_side, _again):
    due_and_doubted(link, xiaoyu)
    by = of_the_house(1)

    together(lambda: refuse(by), *[lambda: commissions.release_due(clock.now())] * 3)

    assert (balance_of(side), balance_of(shop_side), balance_of(pending_side)) == (0, 680, 0)
    assert one().state == S.VOID
    assert_all_is_well()


@pytest.mark.django_db(transaction=True)
def test_without_the_wait_for_a_review_both_sides_are_paid(
    link, xiaoyu, side, shop_side, pending_side
):
    """The race above is a real one: the same work unguarded pays sharer and shop."""
    due_and_doubted(link, xiaoyu)
    post(key="room", legs={accounts.outside("sandbox", "CNY"): -680, pending_side: 680})
    both_have_looked = threading.Barrier(2)

    def give(to, key: str) -> None:
        assert Commission.objects.get().state == S.HELD
        both_have_looked.wait(timeout=20)
        post(key=key, legs={pending_side: -680, to: 680})

    outcomes = together(lambda: give(side, "released"), lambda: give(shop_side, "refused"))

    assert outcomes == [None, None]
    assert (balance_of(side), balance_of(shop_side)) == (680, 680)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(4))
def test_a_look_and_a_release_at_once_hold_it_or_release_it(link, xiaoyu, side, _again):
    due_and_doubted(link, xiaoyu)
    by = of_the_house(1)
    reviewing.let_go(review=the_review(), by=by, reason="Fine.")
    Commission.objects.update(amount_minor=682)  # a second look finds a wrong sum
    sold = one().attribution

    together(lambda: findings.look_at(sold), lambda: commissions.release_due(clock.now()))

    row = one()
    assert (row.in_review, row.released_at is None) in {(True, True), (False, False)}
    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert not {name for name in broken if "review" in name}
