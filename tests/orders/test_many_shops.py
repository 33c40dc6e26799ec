"""A bag of many shops: who brought what, and who gives what, is asked once for all of them."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from kit import clock
from orders.models import Order
from orders.placing import Wanted, place
from people.models import Person
from referrals import claiming, giving, judging
from referrals.links import link_for
from referrals.models import Gives
from referrals.rules import Rule
from referrals.touches import COOKIE_NAME, Touch, cookie_with
from shops.models import Shop, Terms
from tests.orders.conftest import HOME

# Each shop sells one thing at ¥50.00, sends it for nothing, and gives 10 % to whoever shares.
GIFT_MINOR = 500


@pytest.fixture
def streets(linwei) -> list[Variant]:
    return [opened(number) for number in range(6)]


def opened(number: int) -> Variant:
    owner = Person.objects.create_user(name=f"店主{number}", email=f"owner{number}@example.test")
    shop = Shop.objects.create(owner=owner, handle=f"shop-{number}", name=f"小店{number}")
    Terms.objects.create(shop=shop, commission_bp=1000)
    product = Product.objects.create(
        shop=shop, title=f"货{number}", state="live", published_at=clock.now()
    )
    return Variant.objects.create(product=product, price_minor=5000, available=9)


def touch_by(sharer: Person, variant: Variant, *, gives: str = Gives.BUYER) -> Touch:
    link = giving.choose(link=link_for(person=sharer, product=variant.product), gives=gives)
    return Touch(uuid4(), link.pk, link.shop_id, clock.now() - timedelta(hours=1))


def filled(client, variants: list[Variant], touches: list[Touch]) -> None:
    cookie = ""
    for touch in touches:
        cookie = cookie_with(touches[: touches.index(touch)], touch)
    client.cookies[COOKIE_NAME] = cookie
    for variant in variants:
        client.post("/bag", {"act": "add", "variant": variant.pk, "quantity": 1})


def questions(client) -> list[str]:
    client.get("/checkout")  # what is remembered of links is asked for once
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/checkout").content.decode()
    assert page.count("From 林薇") >= 1
    return [one["sql"] for one in asked]


@pytest.mark.parametrize("is_guest", [True, False])
def test_checkout_asks_as_much_for_six_shops_as_for_one(client, streets, linwei, xiaoyu, is_guest):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    if not is_guest:
        client.force_login(xiaoyu)
    touches = [touch_by(linwei, variant) for variant in streets]
    filled(client, streets[:1], touches)
    few = questions(client)
    filled(client, streets[1:], touches)
    many = questions(client)

    assert len(few) == len(many)
    seen = re.sub(r"<[^>]+>", " ", client.get("/checkout").content.decode())
    assert len(re.findall(r"From 林薇", seen)) == 6


def test_judging_six_shops_is_nine_questions(streets, linwei, xiaoyu):
    touches = [touch_by(linwei, variant) for variant in streets]
    claiming.claim(person=xiaoyu, touches=touches[:2])
    shops = [variant.product.shop for variant in streets]
    purchases = [judging.Purchase(shop, xiaoyu, frozenset(), clock.now()) for shop in shops]
    for shop in shops:
        assert shop.terms.attribution_days == 15

    with CaptureQueriesContext(connection) as asked:
        judged = judging.judge_all(purchases, touches[2:])

    assert len(asked) == 8
    assert {pk: [one.rule for one in some] for pk, some in judged.items()} == {
        shop.pk: [Rule.TAKEN] for shop in shops
    }
    assert [judged[shop.pk][0].by_account for shop in shops] == [True, True] + [False] * 4


def test_each_shop_is_judged_by_its_own_staff_and_owner(streets, linwei, xiaoyu):
    """Who owns one shop brings buyers to the others, and nobody to their own."""
    owner = streets[0].product.shop.owner
    touches = [touch_by(owner, variant) for variant in streets[:2]]
    shops = [variant.product.shop for variant in streets[:2]]
    purchases = [judging.Purchase(shop, xiaoyu, frozenset(), clock.now()) for shop in shops]

    together = judging.judge_all(purchases, touches)

    apart = {one.shop.pk: judging.judge(one, touches) for one in purchases}
    assert together == apart
    assert [together[shop.pk][0].rule for shop in shops] == [Rule.OWN_SHOP, Rule.TAKEN]


def test_one_press_gives_in_the_shops_that_give(streets, linwei, xiaoyu):
    touches = [
        touch_by(linwei, streets[0]),
        touch_by(linwei, streets[1], gives=Gives.KEEP),
        touch_by(linwei, streets[2]),
    ]
    place(
        lines=[Wanted(variant.pk, 1) for variant in streets[:4]],
        buyer=xiaoyu,
        contact=HOME,
        checkout_key=uuid4().hex,
        touches=touches,
        language="en",
        seen_total_minor=4 * 5000 - 2 * GIFT_MINOR,
    )

    totals = Order.objects.order_by("shop__handle").values_list("total_minor", "attribution__gives")
    assert list(totals) == [(4500, "buyer"), (5000, "keep"), (4500, "buyer"), (5000, None)]


def test_of_each_shop_as_many_claimed_clicks_are_looked_at_as_of_one(streets, linwei, xiaoyu):
    hers = [touch_by(linwei, variant) for variant in streets[:2]]
    for which in hers:
        many = [
            Touch(uuid4(), which.link_id, which.shop_id, which.at - timedelta(minutes=number))
            for number in range(60)
        ]
        claiming.claim(person=xiaoyu, touches=many)
    shop_ids = [touch.shop_id for touch in hers]

    found = claiming.claimed_in(xiaoyu.pk, shop_ids=shop_ids)

    for shop_id in shop_ids:
        own = [touch for touch in found if touch.shop_id == shop_id]
        assert own == claiming.claimed_by(xiaoyu.pk, shop_id=shop_id)
        assert len(own) == 50
    assert claiming.claimed_in(None, shop_ids=shop_ids) == []
