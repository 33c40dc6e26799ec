"""Refunds before dispatch: all of it goes back, once."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils.translation import override

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from notifications.models import Notice
from orders import paying, refunds, story, tasks
from orders.invariants import INVARIANTS
from payments.models import Charge, Refund
from tests.orders.conftest import pay_at

OUTSIDE = accounts.outside("sandbox", "CNY")


def escrow_of(order) -> int:
    return balance_of(accounts.escrow(order.pk, "CNY"))


def through(refund, provider) -> None:
    """Send a refund and wait until the provider has paid it."""
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    refunds.refresh(refund.pk)


def test_asking_stops_the_parcel_and_leaves_the_money_where_it_is(paid, xiaoyu, chen):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)

    paid.refresh_from_db()
    assert paid.state == "refunding"
    assert (refund.amount_minor, refund.state) == (14_600, "asked")
    assert escrow_of(paid) == 14_600
    event = AuditEvent.objects.get(act="order.refund_asked")
    assert (event.actor, event.subject) == (f"person:{xiaoyu.pk}", f"order:{paid.public_id}")
    assert Notice.objects.get(kind="order_refunded").person == xiaoyu
    assert Notice.objects.get(kind="order_refunded_vendor").person == chen


@pytest.mark.parametrize(
    ("who", "asker", "actor"),
    [("xiaoyu", "buyer", "person"), ("chen", "vendor", "person"), (None, "buyer", "guest")],
)
def test_who_asked_is_kept(request, paid, who, asker, actor):
    by = request.getfixturevalue(who) if who else None

    refund = refunds.before_dispatch(order=paid, by=by)

    assert (refund.of_order.asker, refund.of_order.asked_by) == (asker, by)
    assert AuditEvent.objects.get(act="order.refund_asked").actor.startswith(actor)


def test_the_whole_sum_goes_back_and_the_jars_are_on_sale_again(paid, xiaoyu, provider, jar):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)
    through(refund, provider)

    paid.refresh_from_db()
    assert paid.state == "refunded"
    assert (balance_of(OUTSIDE), escrow_of(paid)) == (0, 0)
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (10, 0)
    assert paid.lines.get().commission.state == "void"
    assert provider.money_moved()[refund.reference] == -14_600
    assert not any(finding.broken for finding in check(INVARIANTS))


def test_hearing_of_a_refund_again_changes_nothing(paid, xiaoyu, provider, jar):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)
    through(refund, provider)

    refunds.refresh(refund.pk)
    refund.refresh_from_db()
    refunds.settled(refund)

    jar.refresh_from_db()
    assert jar.available == 10
    assert Transfer.objects.filter(key=f"refund:{refund.pk}:settled").count() == 1


@pytest.mark.parametrize("order_fixture", ["placed", "shipped"])
def test_only_what_is_paid_and_not_sent_goes_back(request, order_fixture, xiaoyu):
    order = request.getfixturevalue(order_fixture)

    with pytest.raises(TransitionRefused):
        refunds.before_dispatch(order=order, by=xiaoyu)

    order.refresh_from_db()
    assert order.state == order_fixture
    assert not Refund.objects.exists()


def test_asking_twice_asks_once(paid, xiaoyu):
    refunds.before_dispatch(order=paid, by=xiaoyu)

    with pytest.raises(TransitionRefused):
        refunds.before_dispatch(order=paid, by=None)
    assert Refund.objects.count() == 1


def test_the_sweep_sends_and_settles_what_a_lost_message_left_behind(paid, xiaoyu, provider):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)

    assert tasks.settle_refunds() == 1
    provider.wait_for("refunds", refund.reference, "settled")
    assert tasks.settle_refunds() == 1
    assert tasks.settle_refunds() == 0

    paid.refresh_from_db()
    assert paid.state == "refunded"


def test_while_the_provider_is_away_the_refund_waits(paid, xiaoyu, settings):
    refunds.before_dispatch(order=paid, by=xiaoyu)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    assert tasks.settle_refunds() == 1

    paid.refresh_from_db()
    assert (paid.state, escrow_of(paid)) == ("refunding", 14_600)


def test_a_refused_refund_leaves_the_order_paid_and_may_be_asked_again(paid, xiaoyu, provider):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)
    # Its charge is unknown to the provider, so it will not pay this back.
    paid.checkout.charge.refresh_from_db()
    known_as = paid.checkout.charge.provider_ref
    type(paid.checkout.charge).objects.update(provider_ref="ch_unknown")
    refunds.refresh(refund.pk)

    paid.refresh_from_db()
    refund.refresh_from_db()
    assert (paid.state, refund.state, escrow_of(paid)) == ("paid", "refused", 14_600)

    type(paid.checkout.charge).objects.update(provider_ref=known_as)
    again = refunds.before_dispatch(order=paid, by=xiaoyu)
    through(again, provider)
    paid.refresh_from_db()
    assert (paid.state, escrow_of(paid)) == ("refunded", 0)
    assert not any(finding.broken for finding in check(INVARIANTS))


def test_a_refund_of_another_room_is_no_matter(paid, db):
    other = Refund.objects.create(charge=paid.checkout.charge, key="goodwill:1", amount_minor=1)

    refunds.settled(other)

    paid.refresh_from_db()
    assert paid.state == "paid"


def refused_once(order, provider) -> tuple[Refund, str]:
    """Let the provider refuse an order's refund: the charge seems unknown to it."""
    known_as = Charge.objects.get(pk=order.checkout.charge_id).provider_ref
    Charge.objects.update(provider_ref="ch_unknown")
    refund = Refund.objects.latest("pk")
    refunds.refresh(refund.pk)
    Charge.objects.update(provider_ref=known_as)
    refund.refresh_from_db()
    assert refund.state == "refused"
    return refund, known_as


def test_news_of_the_refused_refund_do_not_stop_the_one_asked_since(paid, xiaoyu, provider):
    refunds.before_dispatch(order=paid, by=xiaoyu)
    refused, _ = refused_once(paid, provider)
    again = refunds.before_dispatch(order=paid, by=xiaoyu)

    refunds.refresh(refused.pk)  # a webhook that comes late

    paid.refresh_from_db()
    assert paid.state == "refunding"
    tasks.settle_refunds()
    through(again, provider)
    paid.refresh_from_db()
    assert (paid.state, escrow_of(paid)) == ("refunded", 0)


def test_buyer_and_vendor_hear_of_each_refusal_and_of_each_asking(paid, xiaoyu, chen, provider):
    for _ in range(2):
        refunds.before_dispatch(order=paid, by=xiaoyu)
        refused_once(paid, provider)

    for kind, person in [
        ("order_refunded", xiaoyu),
        ("order_refunded_vendor", chen),
        ("order_refund_refused", xiaoyu),
        ("order_refund_refused_vendor", chen),
    ]:
        assert [notice.person for notice in Notice.objects.filter(kind=kind)] == [person] * 2


@pytest.fixture
def paid_late(noon, placed, provider):
    """Xiaoyu's order closed unpaid; her payment came after that and is to go back."""
    pay_at(placed.checkout, provider)
    # The order closed while nobody could know of the payment.
    paying._cancel(placed.checkout.charge)
    paying.refresh(placed.checkout.charge_id)
    placed.refresh_from_db()
    assert placed.state == "refunding"
    return placed


def test_a_late_payment_that_will_not_go_back_is_asked_for_again_ever_less_often(
    noon, paid_late, provider, xiaoyu
):
    refused_once(paid_late, provider)

    assert Notice.objects.get(kind="order_refund_delayed").person == xiaoyu
    with clock.stopped_at(noon + timedelta(minutes=59)):
        tasks.settle_refunds()
        assert Refund.objects.count() == 1

    with clock.stopped_at(noon + timedelta(hours=1)):
        tasks.settle_refunds()
        assert Refund.objects.count() == 2
        refused_once(paid_late, provider)
    with clock.stopped_at(noon + timedelta(hours=2, minutes=59)):
        tasks.settle_refunds()
        assert Refund.objects.count() == 2
    with clock.stopped_at(noon + timedelta(hours=3)):
        tasks.settle_refunds()
        assert Refund.objects.count() == 3
        through(Refund.objects.latest("pk"), provider)

    paid_late.refresh_from_db()
    assert (paid_late.state, escrow_of(paid_late), balance_of(OUTSIDE)) == ("refunded", 0, 0)
    assert Notice.objects.filter(kind="order_refund_delayed").count() == 1
    assert not any(finding.broken for finding in check(INVARIANTS))


def test_the_longest_wait_between_two_askings_is_a_day(noon, paid_late, provider):
    at = noon
    for _ in range(7):
        with clock.stopped_at(at):
            refused, _ = refused_once(paid_late, provider)
            at = refunds.asked_again_at(refused)
        with clock.stopped_at(at):
            tasks.settle_refunds()

    waits = Refund.objects.order_by("pk").values_list("created_at", flat=True)
    hours = [(after - before) // timedelta(hours=1) for before, after in itertools.pairwise(waits)]
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_both_sides_read_when_the_provider_is_asked_again(noon, paid_late, provider):
    refused_once(paid_late, provider)

    with override("en"):
        assert "22 Nov, 13:00" in story.of(paid_late).more
        assert "22 Nov, 13:00" in story.to_vendor(paid_late).more


def test_a_payment_that_we_heard_of_late_was_not_a_late_payment(noon, placed, provider, xiaoyu):
    pay_at(placed.checkout, provider)
    with clock.stopped_at(noon + timedelta(minutes=40)):  # nobody could ask for a while
        paying.refresh(placed.checkout.charge_id)
        placed.refresh_from_db()
        refunds.before_dispatch(order=placed, by=xiaoyu)
        with override("en"):
            assert "had closed" not in story.of(placed).more
