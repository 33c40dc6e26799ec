"""Refunds against everything else at the same moment: no sum is lost, whoever is faster.

Each guard has a negative control: with it off, the same crowd shows the race.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import F

from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import Overdrawn
from orders import asking, escrow, fulfilment, refunds, settling
from orders.models import Order, OrderLine, OrderRefund
from payments import destinations, payouts
from payments.models import Refund
from referrals import commissions
from tests.orders import refunding as r
from tests.orders.refunding import ask, broken, through
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(days=8)


@pytest.fixture
def completed(noon, shipped) -> Order:
    return fulfilment.confirm(order=shipped)


def kinds(outcomes) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def paid_at_provider(order: Order, goods_minor: int, provider) -> Refund:
    """A refund that the provider has paid, of which we have not heard."""
    refund = ask(order, goods_minor)
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    return refund


def sums(order: Order, linwei) -> tuple[int, int, int, int]:
    """Sharer (both accounts), shop, fee, escrow."""
    mine = accounts.sharer(linwei.pk, "CNY"), accounts.sharer_pending(linwei.pk, "CNY")
    return sum(map(balance_of, mine)), r.shop_of(order), r.fees(), r.escrow_of(order)


def test_ten_parts_of_thirty_percent_and_three_are_granted(completed):
    outcomes = all_at_once(lambda: ask(completed, 4080), times=10)

    assert kinds(outcomes) == ["MoreThanPaid"] * 7 + ["Refund"] * 3
    assert OrderLine.objects.get().asked_minor == 12_240
    assert broken() == []


def test_without_lock_and_guarded_update_the_database_still_refuses(completed, monkeypatch):
    def careless(order, lines, back):
        for line in lines:
            asked_minor = line.asked_minor + back.lines.get(line.key, 0)
            together_here.wait(timeout=20)
            OrderLine.objects.filter(pk=line.pk).update(asked_minor=asked_minor)

    together_here = threading.Barrier(5)
    monkeypatch.setattr(asking, "_count", careless)
    monkeypatch.setattr(asking, "_locked", lambda order: Order.objects.get(pk=order.pk))
    outcomes = all_at_once(lambda: ask(completed, 4080), times=5)

    # Each believed to be the only one: what is counted is less than what was asked for.
    asked = [outcome for outcome in outcomes if isinstance(outcome, Refund)]
    assert sum(one.amount_minor for one in asked) > OrderLine.objects.get().asked_minor
    assert "orders.what_went_back_of_a_line_is_the_sum_of_its_refunds" in broken()
    with pytest.raises(IntegrityError):
        OrderLine.objects.update(asked_minor=F("asked_minor") + 13_600)


def test_one_press_heard_eight_times_is_one_refund(completed):
    outcomes = all_at_once(lambda: ask(completed, 3400, key="one-and-the-same"), times=8)

    assert kinds(outcomes) == ["Refund"] * 8
    assert OrderRefund.objects.count() == 1
    assert OrderLine.objects.get().asked_minor == 3400


@pytest.mark.parametrize("_round", range(3))
def test_a_refund_asked_for_and_the_receipt_never_both_decide(shipped, linwei, provider, _round):
    outcomes = together(lambda: fulfilment.confirm(order=shipped), lambda: ask(shipped, 3400))

    through(outcomes[1], provider)
    shipped.refresh_from_db()
    if isinstance(outcomes[0], fulfilment.RefundIsOpen):
        assert shipped.state == "shipped"
        fulfilment.confirm(order=shipped)
    # Whoever was first, in the end everybody has the same.
    assert sums(shipped, linwei) == (1020, 10_078, 102, 0)
    assert broken() == []


def test_without_the_orders_lock_receipt_and_refund_both_want_the_escrow(
    shipped, provider, monkeypatch
):
    """The refund still sees a parcel on its way while the receipt empties the escrow."""
    refund = paid_at_provider(shipped, 3400, provider)

    def read_unlocked(refund: Refund) -> OrderRefund:
        row = OrderRefund.objects.select_related("refund__charge", "order__shop").get(refund=refund)
        OrderRefund.objects.filter(order=shipped).update(refused_at=clock.now())
        fulfilment.confirm(order=shipped)  # it looks, and nothing is open
        return row

    monkeypatch.setattr(settling, "_locked", read_unlocked)
    with pytest.raises(Overdrawn):  # the escrow's floor is all that is left to say no
        settling.settled(refund)


@pytest.mark.proves("T19")
@pytest.mark.parametrize("_round", range(3))
def test_settling_and_releasing_at_once(noon, completed, linwei, provider, _round):
    refund = paid_at_provider(completed, 3400, provider)
    with clock.stopped_at(noon + LATER):
        together(
            *[lambda: refunds.refresh(refund.pk)] * 3,
            *[lambda: commissions.release_due(clock.now())] * 3,
        )
        commissions.release_due(clock.now())

    assert balance_of(accounts.sharer(linwei.pk, "CNY")) == 1020
    assert sums(completed, linwei) == (1020, 13_104 - 3026, 102, 0)
    assert Transfer.objects.filter(key__endswith=":released").count() == 1
    assert broken() == []


def test_five_who_hear_of_it_settle_it_once_and_undo_it_once(completed, linwei, provider):
    refund = paid_at_provider(completed, 3400, provider)
    all_at_once(lambda: refunds.refresh(refund.pk), times=5)
    assert sums(completed, linwei) == (1020, 10_078, 102, 0)

    refund.refresh_from_db()
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")
    all_at_once(lambda: refunds.refresh(refund.pk), times=5)
    assert sums(completed, linwei) == (1360, 13_104, 136, 0)
    assert broken() == []


@pytest.mark.proves("T19", "C13")
@pytest.mark.parametrize("_round", range(3))
def test_a_payout_and_a_refund_of_what_it_takes(noon, completed, linwei, provider, _round):
    """¥13.60 released: the payout takes them, or the refund does first; nobody takes them twice."""
    side = accounts.sharer(linwei.pk, "CNY")
    destinations.set_destination(person=linwei, identifier="linwei-wallet", holder=linwei.name)
    with clock.stopped_at(noon + LATER):
        commissions.release_due(clock.now())
        refund = paid_at_provider(completed, 13_600, provider)
        outcomes = together(
            lambda: payouts.ask(person=linwei, account=side, amount_minor=1360, run="now"),
            lambda: refunds.refresh(refund.pk),
        )

    paid_out = not isinstance(outcomes[0], Overdrawn)
    assert outcomes[1] is None
    assert balance_of(side) == (-1360 if paid_out else 0)
    assert balance_of(accounts.in_transit(side.code, "CNY")) == (1360 if paid_out else 0)
    assert (r.shop_of(completed), r.fees(), r.loss()) == (1000, 0, 0)
    assert broken() == []


@pytest.mark.parametrize("_round", range(3))
def test_two_refunds_at_the_shops_floor_share_what_is_left(
    noon, completed, jar, brought, provider, chen, _round
):
    """−¥480.00 on the shop's account: two refunds of ¥30.26 and ¥20.00 are left to the floor."""
    shop = accounts.shop(completed.shop_id, "CNY")
    r.take_out(shop, 13_104 + 48_000)
    first = paid_at_provider_for_the_house(completed, 3400, provider)
    second = paid_at_provider_for_the_house(completed, 3400, provider)

    together(lambda: refunds.refresh(first.pk), lambda: refunds.refresh(second.pk))

    assert (balance_of(shop), r.loss()) == (-50_000, -(2 * 3026 - 2000))
    assert broken(but="payments.in_transit") == []


def test_without_the_accounts_lock_both_count_on_the_same_room(
    noon, completed, provider, monkeypatch
):
    shop = accounts.shop(completed.shop_id, "CNY")
    r.take_out(shop, 13_104 + 48_000)
    refund = paid_at_provider_for_the_house(completed, 3400, provider)

    def stale(sides):
        balances = {side: balance_of(side) for side in sides}
        r.take_out(shop, 1500)  # somebody else, between the look and the posting
        return balances

    monkeypatch.setattr(escrow, "locked_balances", stale)
    with pytest.raises(Overdrawn):
        refunds.refresh(refund.pk)


def paid_at_provider_for_the_house(order: Order, goods_minor: int, provider) -> Refund:
    refund = ask(order, goods_minor, asker=r.HOUSE, by=None)
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    return refund


def test_a_shop_that_asks_in_ten_windows_is_held_to_its_floor(completed):
    """¥13.04 above the floor: of ten refunds of ¥10.00, each ¥8.90 from the shop, one is borne."""
    r.take_out(accounts.shop(completed.shop_id, "CNY"), 13_104 + 48_696)

    outcomes = all_at_once(lambda: ask(completed, 1000), times=10)

    assert kinds(outcomes) == ["Refund"] + ["ShopCannotBear"] * 9
