"""Refunds that the buyer's bank sends back, and what a crash left half done; sums by hand.

Two jars at ¥68.00 and ¥10.00 for the parcel: ¥146.00. Lin Wei earns ¥13.60, the fee is ¥1.36.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api import acting
from catalog.models import Receipt
from kit import clock
from ledger.balances import balance_of
from ledger.models import Transfer
from notifications.models import Notice
from orders import fulfilment, refunds, tasks
from orders.models import OrderLine, OrderRefund
from payments import inbox, matching, reconciling, refunding
from payments.gateways.registry import rail
from payments.models import Difference, Refund, StatementLine
from tests.orders import refunding as r
from tests.orders.refunding import ask, bounce, broken, through

DAY = timedelta(days=1)


@pytest.mark.proves("T18")
def test_a_part_sent_back_by_the_bank_stands_where_it_stood(completed, provider, pending, xiaoyu):
    refund = through(ask(completed, 3400), provider)

    bounce(refund, provider)
    bounce(refund, provider)  # told twice

    assert (r.shop_of(completed), balance_of(pending), r.fees()) == (13_104, 1360, 136)
    assert (r.outside(), OrderLine.objects.get().asked_minor) == (-14_600, 0)
    assert OrderRefund.objects.get().undone_at is not None
    assert Notice.objects.get(kind="order_refund_undone").person == xiaoyu
    assert Transfer.objects.filter(key=f"refund:{refund.pk}:undone").count() == 1
    assert broken() == []

    through(ask(completed, 13_600), provider)  # and may be asked for again, whole
    assert broken() == []


def test_sent_back_before_receipt_it_is_in_escrow_again(shipped, provider, pending):
    refund = through(ask(shipped, 13_600), provider)
    assert shipped.lines.get().commission.state == "reversed"

    bounce(refund, provider)
    assert (r.escrow_of(shipped), shipped.lines.get().commission.state) == (14_600, "pending")
    fulfilment.confirm(order=shipped)
    assert (balance_of(pending), r.shop_of(shipped)) == (1360, 13_104)
    assert broken() == []


def test_sent_back_after_receipt_it_is_shared_like_the_rest(shipped, provider, pending):
    refund = through(ask(shipped, 13_600), provider)
    fulfilment.confirm(order=shipped)
    assert (balance_of(pending), r.shop_of(shipped), r.fees()) == (0, 1000, 0)
    assert Receipt.objects.get().returned_at is not None

    bounce(refund, provider)
    assert (balance_of(pending), r.shop_of(shipped), r.fees()) == (1360, 13_104, 136)
    assert Receipt.objects.get().returned_at is None
    assert broken() == []


def test_sent_back_after_the_order_ended_it_is_paid_once_more(noon, paid, provider, xiaoyu, jar):
    refund = through(refunds.before_dispatch(order=paid, by=xiaoyu), provider)

    bounce(refund, provider)
    paid.refresh_from_db()
    assert (paid.state, r.escrow_of(paid)) == ("refunding", 14_600)
    again = Refund.objects.latest("pk")
    assert again != refund
    assert again.of_order.cause == "again"
    assert broken() == []

    r.refuse(again)
    assert tasks.settle_refunds() == 1
    assert Refund.objects.count() == 2
    with clock.stopped_at(noon + timedelta(hours=1)):
        tasks.settle_refunds()
        through(Refund.objects.latest("pk"), provider)
    paid.refresh_from_db()
    jar.refresh_from_db()
    assert (paid.state, r.outside(), jar.available) == ("refunded", 0, 10)
    assert broken() == []


def test_the_providers_event_of_a_refund_sent_back_is_acted_on(completed, provider, pending):
    refund = through(ask(completed, 3400), provider)
    refund.refresh_from_db()
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")
    told = provider.events_of(refund.reference)[-1]
    event = inbox.store(
        provider="sandbox",
        event_id=told["id"],
        kind=told["type"],
        reference=refund.reference,
        payload=told,
    )
    assert event is not None
    assert event.kind == "refund.returned"

    assert acting.act(event)
    assert balance_of(pending) == 1360
    assert broken() == []


def test_the_sweep_undoes_what_a_crash_left_between_two_rooms(completed, provider, pending):
    refund = through(ask(completed, 3400), provider)
    refund.refresh_from_db()
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")
    refunding.refresh(refund)  # and then the lights went out
    assert balance_of(pending) == 1020

    assert tasks.settle_refunds() == 1
    assert balance_of(pending) == 1360
    assert tasks.settle_refunds() == 0
    assert broken() == []


def test_the_sweep_settles_what_a_crash_left_while_the_provider_is_away(
    completed, provider, pending, settings
):
    refund = ask(completed, 3400)
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    refund.refresh_from_db()
    refunding.refresh(refund)  # and then the lights went out
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    tasks.settle_refunds()
    assert balance_of(pending) == 1020
    assert broken() == []


def test_a_refund_sent_back_whose_news_was_lost_is_found_in_the_providers_book(
    completed, provider, pending
):
    refund = through(ask(completed, 3400), provider)
    refund.refresh_from_db()
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")  # nobody calls us
    returned = provider.events_of(refund.reference)[-1]
    today = datetime.fromtimestamp(returned["created"], UTC).date()
    book = [line for day in (today - DAY, today) for line in rail("sandbox").statement(day)]
    lines = [line for line in book if line.reference == refund.reference]
    assert [line.amount_minor for line in lines] == [-3400, 3400]

    reconciling.keep(rail="sandbox", day=today, lines=lines)
    for _ in range(2):
        matching.compare(rail="sandbox", now=lines[-1].at)
    assert (balance_of(pending), Difference.objects.count()) == (1020, 0)

    assert acting.act_on_waiting() == 1
    assert balance_of(pending) == 1360
    matching.compare(rail="sandbox", now=lines[-1].at)
    assert set(StatementLine.objects.values_list("match", flat=True)) == {"matched"}
    assert acting.act_on_waiting() == 0
    assert broken() == []
