"""Around one purchase: Lin Wei shares Chen's honey, Xiaoyu buys two jars of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from catalog import circle_picks
from kit import clock, nearby
from ledger import accounts
from orders import circle_orders, fulfilment, paying
from orders.circle_orders import Pickup
from orders.contacts import Contact
from orders.models import Checkout, CircleOrder, Order
from orders.placing import Wanted, place
from people import circle_places, circles
from people.models import Person
from referrals import giving, links
from referrals.models import Gives
from referrals.touches import Touch
from tests.provider import RunningProvider, running_provider

HOME = Contact(
    name="周晓雨", phone="+8613800138000", region="陕西省 西安市 雁塔区", address="科技路 10 号"
)
GATE = Pickup("陕西省 西安市 雁塔区", "小区东门", "周六十点到十二点", "+8613900139000")
# Two jars at 68.00 and 10.00 for the parcel.
TWO_JARS_MINOR = 14_600


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory) -> Iterator[RunningProvider]:
    """The provider that the whole run shares; references keep the tests apart."""
    with running_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(provider_process: RunningProvider, settings) -> RunningProvider:
    """The running provider, with the house pointed at it."""
    provider_process.point_here(settings)
    return provider_process


@pytest.fixture
def nobody_answers(settings) -> None:
    """Point the house at a port where nothing listens."""
    settings.SANDBOX_URL = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_link_remembered() -> Iterator[None]:
    nearby.forget_all()
    yield
    nearby.forget_all()


@pytest.fixture
def honey(honey):
    """The honey, sent for ¥10.00."""
    terms = honey.shop.terms
    terms.shipping_minor = 1000
    terms.save()
    return honey


@pytest.fixture
def brought(linwei, honey) -> list[Touch]:
    """What Xiaoyu's browser proves: she opened Lin Wei's link an hour ago."""
    return touches_of(linwei, honey)


@pytest.fixture
def placed(jar, xiaoyu, brought) -> Order:
    """Two jars, ordered through Lin Wei's link and not paid."""
    return the_order(buy(jar, buyer=xiaoyu, touches=brought))


@pytest.fixture
def paid(placed: Order, provider) -> Order:
    """The same order, paid."""
    pay(placed.checkout, provider)
    placed.refresh_from_db()
    return placed


@pytest.fixture
def shipped(paid, chen) -> Order:
    """The same order, on its way."""
    return fulfilment.dispatch(order=paid, carrier="SF", number="SF1398", by=chen)


def touches_of(sharer: Person, product) -> list[Touch]:
    link = links.link_for(person=sharer, product=product)
    return [Touch(uuid4(), link.pk, link.shop_id, clock.now() - timedelta(hours=1))]


def buy(
    variant,
    *,
    quantity: int = 2,
    buyer: Person | None = None,
    touches=(),
    key: str | None = None,
    seen_total_minor: int | None = None,
    contact: Contact = HOME,
    bag=None,
) -> Checkout:
    """Press *pay* for one variant of honey; the total is what honest eyes saw."""
    total_minor = 6800 * quantity + 1000
    return place(
        lines=[Wanted(variant.pk, quantity)],
        buyer=buyer,
        contact=contact,
        checkout_key=key or uuid4().hex,
        touches=touches,
        language="en",
        seen_total_minor=total_minor if seen_total_minor is None else seen_total_minor,
        bag=bag,
    )


def the_order(checkout: Checkout) -> Order:
    return Order.objects.select_related("shop__terms", "checkout__charge").get(checkout=checkout)


def pay_at(checkout: Checkout, provider: RunningProvider) -> None:
    """Pay at the provider, and tell the house nothing."""
    paying.begin(checkout, base_url="http://testserver")
    checkout.charge.refresh_from_db()
    provider.ask("POST", f"/v1/charges/{checkout.charge.provider_ref}/pay")


def pay(checkout: Checkout, provider: RunningProvider) -> None:
    pay_at(checkout, provider)
    paying.refresh(checkout.charge_id)


@pytest.fixture
def pending(linwei):
    return accounts.sharer_pending(linwei.pk, "CNY")


@pytest.fixture
def earned(linwei):
    return accounts.sharer(linwei.pk, "CNY")


@pytest.fixture
def completed(noon, shipped) -> Order:
    """Received: ¥131.04 are the shop's, ¥13.60 wait for Lin Wei, ¥1.36 are the house's."""
    return fulfilment.confirm(order=shipped)


@pytest.fixture
def gift_link(linwei, honey):
    """Lin Wei's link, whose gain she leaves to whoever buys."""
    return giving.choose(link=links.link_for(person=linwei, product=honey), gives=Gives.BUYER)


@pytest.fixture
def given(gift_link, linwei, honey):
    """What Xiaoyu's browser proves: she opened that link an hour ago."""
    return touches_of(linwei, honey)


@pytest.fixture
def circle(linwei, xiaoyu, honey):
    """Lin Wei's circle, in which Xiaoyu is, with Chen's honey on its shelf."""
    opened = circles.open_circle(
        host=linwei, name="东门邻居", words="", seen_by="members", may_ask=True
    )
    circle_places.join(circle=opened, code=opened.invite_code, person=xiaoyu)
    circle_picks.add(circle=opened, person=linwei, product=honey, note="")
    return opened


@pytest.fixture
def asked(circle, linwei, honey) -> CircleOrder:
    return circle_orders.ask(
        circle=circle, host=linwei, product=honey, pickup=GATE, words="趁新鲜", open_hours=48
    )


@pytest.fixture
def opened(asked, chen) -> CircleOrder:
    """Open for two days from now on."""
    return circle_orders.accept(circle_order=asked, by=chen)


@pytest.fixture
def hao(db):
    return Person.objects.create_user(name="阿浩", email="hao@example.test")
