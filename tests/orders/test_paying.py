"""Paying: whoever hears of it first settles it, once, and a late payment goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from notifications.models import Letter, Notice
from orders import bags, paying, refunds, tasks
from orders.invariants import INVARIANTS
from orders.links import signed_path
from orders.models import Order
from payments.charging import ProviderAway
from payments.models import Refund
from tests.orders.conftest import HOME, buy, pay, pay_at, the_order

OUTSIDE = accounts.outside("sandbox", "CNY")


def escrow_of(order) -> int:
    return balance_of(accounts.escrow(order.pk, "CNY"))


def all_holds() -> bool:
    return not any(finding.broken for finding in check(INVARIANTS))


def test_a_payment_puts_the_whole_sum_aside_and_sells_the_jars(paid, jar):
    assert paid.state == "paid"
    assert paid.paid_at is not None
    assert (balance_of(OUTSIDE), escrow_of(paid)) == (-14_600, 14_600)
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 0)
    assert paid.lines.get().commission.state == "pending"
    assert all_holds()


def test_hearing_of_a_payment_again_changes_nothing(paid):
    paying.refresh(paid.checkout.charge_id)
    paying.refresh(paid.checkout.charge_id)

    assert escrow_of(paid) == 14_600
    assert Transfer.objects.filter(key=f"charge:{paid.checkout.charge_id}:settled").count() == 1
    assert Notice.objects.filter(kind="order_paid_vendor").count() == 1


def test_vendor_and_buyer_are_told_of_a_payment(paid, chen, xiaoyu):
    notice = Notice.objects.get(kind="order_paid_vendor")
    assert (notice.person, notice.path) == (chen, f"/shop/orders/{paid.public_id}")
    assert notice.data["amount_minor"] == 14_600

    placed = Notice.objects.get(kind="order_placed")
    assert (placed.person, placed.path) == (xiaoyu, signed_path(paid))


@pytest.mark.parametrize(
    ("email", "channel", "address"),
    [("guest@example.test", "email", "guest@example.test"), ("", "sms", "+8613800138000")],
)
def test_a_guest_gets_the_signed_link_by_letter(jar, provider, email, channel, address):
    contact = type(HOME)(HOME.name, HOME.phone, HOME.region, HOME.address, email)
    checkout = buy(jar, contact=contact)
    pay(checkout, provider)

    letter = Letter.objects.get(kind="order_placed")
    assert (letter.channel, letter.address, letter.language) == (channel, address, "en")
    assert letter.path == signed_path(the_order(checkout))


def test_until_the_provider_says_paid_nothing_is(placed, provider):
    paying.begin(placed.checkout, base_url="http://testserver")

    paying.refresh(placed.checkout.charge_id)

    placed.refresh_from_db()
    assert placed.state == "placed"
    assert escrow_of(placed) == 0


def test_the_pay_page_is_one_however_often_it_is_asked_for(placed, provider):
    first = paying.begin(placed.checkout, base_url="http://testserver")
    second = paying.begin(placed.checkout, base_url="http://testserver")

    assert first == second
    assert len(provider.find("charges", placed.checkout.charge.reference)) == 1


def test_nobody_is_sent_to_pay_what_is_paid_or_too_late(paid, jar, noon):
    with pytest.raises(paying.PaymentIsOver):
        paying.begin(paid.checkout, base_url="http://testserver")

    late = buy(jar)
    with clock.stopped_at(noon + timedelta(minutes=30)), pytest.raises(paying.PaymentIsOver):
        paying.begin(late, base_url="http://testserver")


def test_a_declined_payment_closes_the_order_and_refills_the_bag(jar, honey, xiaoyu, provider):
    bag = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=bag, variant=jar, quantity=2)
    checkout = buy(jar, buyer=xiaoyu, bag=bag)
    paying.begin(checkout, base_url="http://testserver")
    checkout.charge.refresh_from_db()
    provider.ask("POST", f"/v1/charges/{checkout.charge.provider_ref}/close")

    paying.refresh(checkout.charge_id)

    assert the_order(checkout).state == "cancelled"
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (10, 0)
    assert bags.count(bag) == 2
    assert all_holds()


def test_what_is_not_paid_in_time_closes_and_nobody_earns(noon, placed, jar, provider):
    paying.begin(placed.checkout, base_url="http://testserver")

    assert paying.close_unpaid(noon + timedelta(minutes=29, seconds=59)) == 0
    assert paying.close_unpaid(noon + timedelta(minutes=30)) == 1
    assert paying.close_unpaid(noon + timedelta(minutes=30)) == 0

    placed.refresh_from_db()
    assert placed.state == "cancelled"
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (10, 0)
    assert placed.lines.get().commission.state == "void"
    (charge,) = provider.find("charges", placed.checkout.charge.reference)
    assert charge["status"] == "closed"
    assert all_holds()


def test_what_never_reached_the_provider_closes_too(noon, placed, provider):
    assert paying.close_unpaid(noon + timedelta(minutes=30)) == 1

    placed.refresh_from_db()
    assert placed.state == "cancelled"


def test_paid_at_the_last_moment_is_paid(noon, placed, provider):
    pay_at(placed.checkout, provider)

    assert paying.close_unpaid(noon + timedelta(minutes=31)) == 0

    placed.refresh_from_db()
    assert placed.state == "paid"
    assert escrow_of(placed) == 14_600


def test_while_the_provider_is_away_an_order_stays_open(noon, placed, nobody_answers):
    assert paying.close_unpaid(noon + timedelta(hours=1)) == 0

    placed.refresh_from_db()
    assert placed.state == "placed"
    with pytest.raises(ProviderAway):
        paying.refresh(placed.checkout.charge_id)


def test_the_poller_finds_a_payment_that_nobody_told_us_of(placed, provider):
    pay_at(placed.checkout, provider)

    assert tasks.refresh_open_payments() == 1
    assert tasks.refresh_open_payments() == 0

    placed.refresh_from_db()
    assert placed.state == "paid"


def test_a_payment_after_the_order_closed_goes_back_whole(noon, placed, jar, provider):
    pay_at(placed.checkout, provider)
    # The order closed while nobody could know of the payment.
    paying._cancel(placed.checkout.charge)

    paying.refresh(placed.checkout.charge_id)

    placed.refresh_from_db()
    assert placed.state == "refunding"
    refund = Refund.objects.get()
    assert refund.amount_minor == 14_600
    assert refunds.is_late(refund)
    assert Notice.objects.filter(kind="order_paid_late").count() == 1
    assert Notice.objects.filter(kind="order_paid_vendor").count() == 0
    assert all_holds()

    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    refunds.refresh(refund.pk)
    placed.refresh_from_db()
    assert placed.state == "refunded"
    assert (balance_of(OUTSIDE), escrow_of(placed)) == (0, 0)
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (10, 0)
    assert placed.lines.get().commission.state == "void"
    assert all_holds()


def test_a_charge_of_another_room_is_no_matter(paid, provider, db):
    charge = paid.checkout.charge
    charge.pk = None
    charge.reference, charge.provider_ref = "ANOTHER001", ""
    charge.save()

    paying.refresh(charge.pk)

    assert Order.objects.filter(state="paid").count() == 1
    assert not Transfer.objects.filter(key=f"charge:{charge.pk}:settled").exists()
