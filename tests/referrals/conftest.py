"""The cast around one share link: Lin Wei shares Chen's honey, Xiaoyu buys it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.test import Client

from catalog import endorsing
from catalog.models import Product, Variant
from kit import breaker, clock, nearby
from ledger import accounts
from people.models import Person, StaffRole
from referrals import charities, commissions, links, stream
from referrals.attribution import LineToEarn, NewOrder, freeze
from referrals.charities import Names
from referrals.models import Charity, ShareLink
from referrals.touches import Touch
from shops.models import Membership
from tests.conftest import NOON
from tests.passkeys import sign_in_twice
from tests.referrals.money import complete, pay_in

SCHOOLS = Names(zh="山里小学图书角", en="Hill School Libraries", registration="53610000MJ1234567X")
BROWSER: dict[str, Any] = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
}


@pytest.fixture(autouse=True)
def _nothing_remembered(settings):
    """Each test begins with an empty stream and a process that remembers no link.

    The stream has a numbered database of its own: another run that empties its cache
    empties the whole of database 0.
    """
    settings.VALKEY_URL = f"{settings.VALKEY_URL}?db=1"
    ours = redis.Redis.from_url(settings.VALKEY_URL)  # a page's would not wait long enough
    _forget(ours)
    yield
    _forget(ours)


def _forget(client) -> None:
    for key in client.scan_iter(f"{stream.key()}*", count=1000):
        client.delete(key)
    nearby.forget_all()
    breaker.forget_all()


@pytest.fixture
def link(linwei, honey):
    """Lin Wei's link to the honey."""
    return links.link_for(person=linwei, product=honey)


@pytest.fixture
def hao(db):
    """Hao, who shares the honey as well."""
    return Person.objects.create_user(name="阿浩", email="hao@example.test")


@pytest.fixture
def hao_link(hao, honey):
    """Hao's link to the honey."""
    return links.link_for(person=hao, product=honey)


@pytest.fixture
def phone():
    """A phone's browser that reads English."""
    return Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def dead_valkey(settings):
    """Valkey's socket leads nowhere."""
    settings.VALKEY_URL = "unix:///nonexistent/valkey.sock"


@pytest.fixture
def brought(noon, link, hill_shop, xiaoyu):
    """Xiaoyu's order of two lines, ¥68.00 and ¥34.00, that Lin Wei's link brought."""
    return order(hill_shop, xiaoyu, [touch_of(link)], lines=[("L1", 6800), ("L2", 3400)])


@pytest.fixture
def held(brought):
    """The order was paid and received at noon; ¥6.80 and ¥3.40 wait for a week."""
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
        complete(line_key)
    return brought


@pytest.fixture
def pending_side(linwei):
    return accounts.sharer_pending(linwei.pk, "CNY")


@pytest.fixture
def side(linwei):
    return accounts.sharer(linwei.pk, "CNY")


@pytest.fixture
def accountant(db) -> Person:
    person = Person.objects.create_user(name="顾会计", email="gu@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return person


@pytest.fixture
def gu(accountant) -> Client:
    """A browser in which Gu, of finance, is signed in twice, in English."""
    client = Client()
    sign_in_twice(client, accountant)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def schools(accountant) -> Charity:
    return charities.add(names=SCHOOLS, by=accountant)


def text_of(answer) -> str:
    """Return the words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def touch_of(link, *, ago=timedelta(hours=1), click_id=None) -> Touch:
    at = clock.now() - ago
    return Touch(click_id or uuid4(), link.pk, link.shop_id, at)


def order(  # an order's facts, each with what it is unless a test says otherwise
    shop,
    buyer,
    touches,
    *,
    lines=(("L1", 6800),),
    key="0RDER00001",
    contacts=(),
    at=None,
    tells_name=False,
):
    """Freeze an order's attribution; every line is of the shop's first product."""
    product = shop.products.order_by("pk").first()
    named = ShareLink.objects.values_list("person__public_id", flat=True) if tells_name else ()
    new = NewOrder(
        order_key=key,
        shop=shop,
        buyer=buyer,
        fingerprints=frozenset(contacts),
        touches=touches,
        lines=[LineToEarn(line_key, product.pk, minor) for line_key, minor in lines],
        currency="CNY",
        at=at or clock.now(),
        tells_name=list(named),
    )
    return freeze(orders=[new]).get(key)


def rules(attribution) -> list[tuple[str, str]]:
    """Return whose each candidate of an order was, and the rule that decided on it."""
    return [(step["sharer"], step["rule"]) for step in attribution.trace]


def received_long_ago(person, honey, jar, *, key: str) -> None:
    """A person has had one jar for twenty days, and may no longer send it back."""
    endorsing.receive(
        line_key=key,
        person=person,
        product_id=honey.pk,
        variant_id=jar.pk,
        quantity=1,
        net_paid_minor=6800,
        received_at=clock.now() - timedelta(days=20),
        keeps_from=clock.now() - timedelta(days=13),
    )


def in_stream() -> int:
    return stream.client().xlen(stream.key())


@pytest.fixture
def patience(monkeypatch, _nothing_remembered):
    """Let what is noted here wait for Valkey: a busy machine is not what these tests are about."""
    monkeypatch.setattr(stream, "WAIT_SECONDS", 5)
    stream._thread.url = None  # the wire is made anew
    yield
    stream._thread.url = None


@pytest.fixture
def hers(chen):
    """A browser in which Chen signed in a while ago, in English."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(chen)
    return browser


@pytest.fixture
def proved(chen):
    """A browser in which Chen proved a moment ago who she is."""
    browser = Client(headers={"accept-language": "en"})
    sign_in_twice(browser, chen)
    return browser


@pytest.fixture
def manager(hill_shop, wulan):
    """A browser of a manager of Chen's shop."""
    Membership.objects.create(shop=hill_shop, person=wulan, role="manager")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(wulan)
    return browser


@pytest.fixture
def tea(hill_shop):
    """Tea at ¥128.50, with a rate of its own: 12.5 %."""
    product = Product.objects.create(
        shop=hill_shop,
        title="云雾绿茶",
        state="live",
        published_at=clock.now(),
        commission_bp=1250,
    )
    Variant.objects.create(product=product, name="", price_minor=12850, available=5)
    return product
