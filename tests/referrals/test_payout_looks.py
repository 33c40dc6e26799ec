"""Looking before payouts: whoever is doubted keeps their money, and payday finds it held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.posting import post
from payments import destinations, holds, payday
from payments.models import Payout, PayoutHold
from people.models import StaffRole
from referrals import commissions, payout_looks, reviewing, tasks
from referrals.invariants import INVARIANTS
from referrals.models import Commission, Finding, Review
from shops.models import Shop, Terms
from tests.conftest import NOON
from tests.races import all_at_once
from tests.referrals.doubt import newcomer, sale
from tests.referrals.money import complete, pay_in, take_back

A_MONDAY = NOON + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def finance(db):
    person = newcomer()
    StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return person


@pytest.fixture
def rich(linwei, side):
    """Lin Wei has ¥100.00 to take out, and has said where to."""
    destinations.set_destination(person=linwei, identifier="linwei-wallet", holder="林薇")
    post(key="rich", legs={accounts.outside("sandbox", "CNY"): -10_000, side: 10_000})
    return linwei


@pytest.fixture
def much_sent_back(rich, link):
    """Of five lines that Lin Wei brought, the goods of two went back."""
    pay_in(minor=5 * 6800)
    for number in range(5):
        sale(link, lines=[(f"B{number}", 6800)])
        commissions.paid(line_key=f"B{number}", at=NOON)
        complete(f"B{number}")
    for number in range(2):
        take_back(f"B{number}", 6800, refund=number + 1)


def paid_on_monday() -> int:
    with clock.stopped_at(A_MONDAY):
        return payday.run(clock.now())


def test_whom_nobody_doubts_is_paid(rich):
    assert tasks.look_before_payouts() == 0
    assert paid_on_monday() == 1


@pytest.mark.usefixtures("much_sent_back")
def test_the_payouts_of_whom_the_rules_doubt_wait_until_somebody_lets_them_go(rich, finance):
    assert tasks.look_before_payouts() == 1
    assert tasks.look_before_payouts() == 0

    review = Review.objects.get(attribution=None)
    assert (review.person, review.payout_hold) == (rich, PayoutHold.objects.get())
    assert PayoutHold.objects.get().until is None  # only a person ends it
    finding = Finding.objects.get(review=review)
    assert (finding.rule, finding.stage, finding.evidence) == (
        "F7",
        "payout",
        {"percent": 40, "received": 5},
    )
    assert paid_on_monday() == 0
    assert not Payout.objects.exists()

    reviewing.let_go(review=review, by=finance, reason="A bad week of plums, I asked.")
    assert not holds.live_holds(rich).exists()
    assert tasks.look_before_payouts() == 0  # it is not asked again for a month
    with clock.stopped_at(A_MONDAY + timedelta(days=7)):
        assert payday.run(clock.now()) == 1


@pytest.mark.usefixtures("much_sent_back")
def test_a_month_after_it_was_let_go_it_is_asked_again(rich, finance):
    tasks.look_before_payouts()
    reviewing.let_go(review=Review.objects.get(), by=finance, reason="Fine.")
    with clock.stopped_at(NOON + timedelta(days=29)):
        assert tasks.look_before_payouts() == 0
    with clock.stopped_at(NOON + timedelta(days=30)):
        assert tasks.look_before_payouts() == 1


@pytest.mark.usefixtures("much_sent_back")
def test_payouts_cannot_be_refused_and_nobody_lets_their_own_go(rich, finance):
    tasks.look_before_payouts()
    review = Review.objects.get()
    with pytest.raises(reviewing.NotRefusable):
        reviewing.refuse(review=review, by=finance, reason="No.")
    with pytest.raises(reviewing.OwnMoney):
        reviewing.let_go(review=review, by=rich, reason="Yes.")
    assert holds.live_holds(rich).exists()


@pytest.mark.usefixtures("much_sent_back")
def test_a_hold_that_was_lifted_elsewhere_ends_the_review_all_the_same(rich, finance):
    tasks.look_before_payouts()
    holds.lift(hold=PayoutHold.objects.get(), by=finance, why="At the other desk.")
    reviewing.let_go(review=Review.objects.get(), by=finance, reason="As lifted.")
    assert Review.objects.get().state == "let_go"


@pytest.mark.usefixtures("much_sent_back")
def test_whose_hold_was_lifted_is_held_again_for_a_new_doubt_only(rich, link, finance):
    tasks.look_before_payouts()
    first = PayoutHold.objects.get()
    holds.lift(hold=first, by=finance, why="At the other desk.")
    assert tasks.look_before_payouts() == 0
    assert not holds.live_holds(rich).exists()

    for _each in range(10):  # and every buyer joined today
        sale(link, newcomer(days_ago=0))
    assert tasks.look_before_payouts() == 1
    assert tasks.look_before_payouts() == 0
    review = Review.objects.get(attribution=None)
    second = holds.holding(rich)
    assert second not in {None, first}
    assert (review.state, review.payout_hold) == ("open", second)
    assert list(review.findings.order_by("pk").values_list("rule", flat=True)) == ["F7", "F6"]

    reviewing.let_go(review=review, by=finance, reason="A fair.")
    assert not holds.live_holds(rich).exists()


@pytest.mark.usefixtures("much_sent_back")
def test_whose_hold_was_lifted_is_asked_about_again_after_a_month(rich, finance):
    tasks.look_before_payouts()
    holds.lift(hold=PayoutHold.objects.get(), by=finance, why="At the other desk.")
    with clock.stopped_at(NOON + timedelta(days=29)):
        assert tasks.look_before_payouts() == 0
    with clock.stopped_at(NOON + timedelta(days=30)):
        assert tasks.look_before_payouts() == 1
        assert Review.objects.get().payout_hold == holds.holding(rich)


def test_who_has_too_little_to_be_paid_is_not_looked_at(linwei, link, django_assert_num_queries):
    with django_assert_num_queries(3):  # who has enough, who is held, which owners are doubted
        assert payout_looks.look(clock.now()) == 0


def test_both_sides_of_bought_custom_are_held(link, hill_shop, chen, linwei, wulan, finance):
    Shop.objects.update(opened_at=NOON - timedelta(days=3))
    Terms.objects.update(commission_bp=3000)
    hill_shop.refresh_from_db()
    link.refresh_from_db()
    buyers = [newcomer() for _ in range(3)]
    for number in range(11):
        with clock.stopped_at(NOON - timedelta(hours=20 - number)):
            sale(link, buyers[number % 3])
    sold = sale(link, buyers[2])
    assert "F14" in Finding.objects.filter(attribution=sold).values_list("rule", flat=True)
    assert Commission.objects.get(attribution=sold).in_review

    assert tasks.look_before_payouts() == 1
    assert tasks.look_before_payouts() == 0
    assert [hold.person for hold in PayoutHold.objects.all()] == [chen]

    reviewing.let_go(review=Review.objects.get(attribution=None), by=finance, reason="Weddings.")
    assert tasks.look_before_payouts() == 0
    assert not [finding for finding in check(INVARIANTS) if finding.broken]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("much_sent_back")
def test_looks_at_once_hold_once(rich):
    outcomes = all_at_once(lambda: payout_looks.look(NOON), times=4)
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert Review.objects.count() == PayoutHold.objects.count() == 1
