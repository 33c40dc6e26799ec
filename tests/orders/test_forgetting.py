"""Forgetting a person's clicks: nothing on the click path knows them, and the books stand."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kit import clock
from kit.invariants import check
from ledger.models import Posting
from orders import bags, fulfilment
from orders.models import Bag, Order
from referrals import claiming, clicks, journal, links, rollups, spool, tasks
from referrals.invariants import INVARIANTS
from referrals.models import (
    Candidate,
    ClaimedTouch,
    Click,
    ClickHour,
    Commission,
)
from referrals.touches import Touch, cookie_with
from tests.conftest import NOON
from tests.orders.conftest import buy, pay, the_order
from tests.orders.crowds import broken

HERS, OTHERS = "a" * 16, "b" * 16


def forgotten(person) -> str:
    out = StringIO()
    call_command("forget_person", person.public_id, stdout=out)
    return out.getvalue()


def opened(link, *, at=None, visitor=HERS, kind=Click.Kind.HUMAN) -> Touch:
    """A link is opened, as a page notes it; what the browser then proves."""
    at = at or clock.now()
    click_id = clicks.note(link_id=link.pk, kind=kind, visitor=visitor, at=at)
    return Touch(click_id, link.pk, link.shop_id, at)


@pytest.fixture
def hao_link(wulan, honey):
    return links.link_for(person=wulan, product=honey)


@pytest.fixture
def link(linwei, honey):
    return links.link_for(person=linwei, product=honey)


@pytest.fixture
def bought(noon, link, hao_link, xiaoyu, jar, provider):
    """Xiaoyu opened two links, signed in, bought by the later one and received it."""
    older = opened(hao_link, at=NOON - timedelta(minutes=9))
    touches = [opened(link), older]
    opened(link, visitor=OTHERS)
    clicks.drain(5)
    claiming.claim(person=xiaoyu, touches=touches)
    order = the_order(buy(jar, buyer=xiaoyu, touches=touches))
    pay(order.checkout, provider)
    order.refresh_from_db()
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=order.shop.owner)
    order.refresh_from_db()
    return fulfilment.confirm(order=order)


def test_no_row_of_the_click_path_knows_them_and_the_books_stand(bought, xiaoyu, link):
    postings = list(Posting.objects.order_by("pk").values_list("account_id", "amount_minor"))
    rollups.count_visitors(NOON)
    candidates = list(Candidate.objects.order_by("pk").values())
    assert len(candidates) == 2

    assert forgotten(xiaoyu) == "2 clicks are nobody's any more\n"

    assert not Click.objects.filter(visitor=HERS).exists()
    assert Click.objects.filter(visitor=OTHERS).count() == 1
    assert not ClaimedTouch.objects.exists()
    assert Commission.objects.get().amount_minor == 1360
    assert list(Posting.objects.order_by("pk").values_list("account_id", "amount_minor")) == (
        postings
    )
    assert list(Candidate.objects.order_by("pk").values()) == candidates
    assert "visitor" not in candidates[0]
    assert Order.objects.get().buyer == xiaoyu
    assert broken() == []
    assert [one.name for one in check(INVARIANTS) if one.broken] == []
    # Forgotten people are no visitors any more, in the counts as in the clicks.
    rollups.count_visitors(NOON)
    assert ClickHour.objects.get(link=link, hour=NOON).visitors == 1
    assert rollups.rebuild(since=NOON.date() - timedelta(days=1), now=NOON) == 0


def test_twice_is_once(bought, xiaoyu):
    forgotten(xiaoyu)
    before = list(Click.objects.order_by("pk").values())

    assert forgotten(xiaoyu) == "2 clicks are nobody's any more\n"
    assert list(Click.objects.order_by("pk").values()) == before


def test_what_is_still_on_its_way_comes_without_its_visitor(noon, link, xiaoyu, settings):
    """In the stream, in the spool and in a journal at the moment of forgetting."""
    streamed, spooled = opened(link), opened(link)
    (path,) = settings.CLICK_SPOOL.glob(journal.NAMES)
    for opening in spool.openings_in(path.read_bytes().splitlines()):
        if opening.click_id == spooled.click_id:
            spool.keep(opening)
    claiming.claim(person=xiaoyu, touches=[streamed, spooled])

    assert forgotten(xiaoyu).startswith("2 clicks")
    clicks.drain(5)
    spool.sweep()
    journal.replay()

    assert list(Click.objects.values_list("visitor", flat=True)) == ["", ""]
    assert ClickHour.objects.get().humans == 2
    a_while_ago = time.time() - journal.KEPT_SECONDS - 1
    os.utime(path, (a_while_ago, a_while_ago))
    tasks.drain_clicks()
    tasks.sweep_click_spool()
    assert not [one for one in settings.CLICK_SPOOL.iterdir() if HERS in one.read_text()]


def test_visits_to_ones_own_link_are_forgotten_too(noon, link, linwei):
    opened(link, kind=Click.Kind.SELF)
    opened(link, visitor=OTHERS)
    clicks.drain(5)
    forgotten(linwei)

    assert sorted(Click.objects.values_list("kind", "visitor")) == [("human", OTHERS), ("self", "")]


def test_the_bag_carries_nothing_any_more(noon, link, xiaoyu, jar):
    bag = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=bag, variant=jar, quantity=1)
    bags.carry(bag=bag, brought=cookie_with([], opened(link)))
    forgotten(xiaoyu)

    bag = Bag.objects.get()
    assert (bag.brought, bag.lines.count()) == ("", 1)


def test_an_unknown_person_is_said_in_words(db):
    with pytest.raises(CommandError, match="nobody is called 'x'"):
        call_command("forget_person", "x")
