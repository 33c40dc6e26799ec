"""A visit that may leave no cookie: what brought the buyer goes along with the bag."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Product, Variant
from orders import bags
from orders.models import Bag
from referrals import consent, links
from referrals.models import Attribution
from referrals.touches import COOKIE_NAME, cookie_with
from tests.conftest import NOON
from tests.orders.conftest import touches_of
from tests.referrals.conftest import BROWSER


@pytest.fixture(autouse=True)
def strict(settings):
    settings.CONSENT = "strict"


@pytest.fixture
def phone():
    return Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def link(linwei, honey):
    return links.link_for(person=linwei, product=honey)


def hidden(page: str, name: str) -> str:
    """The value of a page's hidden field; the first of that name."""
    values: list[str] = re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return values[0]


def put_in_bag(client, page: str, jar, act="add"):
    form = {"variant": jar.pk, "quantity": 1, "version": 1, "act": act}
    return client.post("/bag", form | {"brought": hidden(page, "brought")})


def test_the_visit_counts_through_the_bag_to_the_order(phone, link, jar, strict, noon):
    page = phone.get(f"/s/{link.code}").content.decode()
    assert put_in_bag(phone, page, jar).status_code == 302

    bag = Bag.objects.get()
    (touch,) = consent.proven({}, bag.brought)
    assert (touch.link_id, touch.at) == (link.pk, NOON)
    assert COOKIE_NAME not in phone.cookies


def test_the_order_of_such_a_visit_names_the_sharer(phone, link, jar, strict, linwei, provider):
    page = phone.get(f"/s/{link.code}").content.decode()
    put_in_bag(phone, page, jar, act="buy")
    checkout = phone.get("/checkout").content.decode()
    form = {
        "key": hidden(checkout, "key"),
        "seen_total": hidden(checkout, "seen_total"),
        "name": "周晓雨",
        "phone": "13800138000",
        "region": "陕西省 西安市 雁塔区",
        "address": "科技路 10 号",
        "pay": "sandbox",
    }
    answer = phone.post("/checkout", form)

    assert answer.status_code == 302, answer.content.decode()
    assert Attribution.objects.get().sharer == linwei


@pytest.fixture
def tea(hill_shop):
    """Tea at ¥50.00 on the same shelf; what it earns is a tenth of it."""
    product = hill_shop.products.create(
        title="云雾绿茶", state="live", published_at=hill_shop.opened_at
    )
    return Variant.objects.create(product=product, price_minor=5000, available=4)


def links_in(page: str, path: str) -> list[str]:
    """The addresses of a page's links to ``path``, whatever follows it."""
    found: list[str] = re.findall(rf'<a [^>]*?href="({re.escape(path)}(?:\?[^"#]*)?)"', page)
    return [html.unescape(one) for one in found]


def test_every_link_to_goods_carries_the_visit_and_no_other_does(phone, link, tea, honey, noon):
    page = phone.get(f"/s/{link.code}").content.decode()
    carried = hidden(page, "brought")

    for path in ("/shanli", f"/p/{tea.product.public_id}"):
        assert set(links_in(page, path)) == {f"{path}?r={carried}"}
    for path in ("/bag", "/", "/search", f"/p/{honey.public_id}/share"):
        assert set(links_in(page, path)) == {path}
    assert f'<link rel="canonical" href="http://testserver/p/{honey.public_id}">' in page.replace(
        settings.BASE_URL, "http://testserver"
    )


def test_a_shelf_of_several_pages_carries_it_to_the_last(phone, link, hill_shop):
    for number in range(61):
        made = hill_shop.products.create(
            title=f"茶 {number}", state="live", published_at=hill_shop.opened_at
        )
        Variant.objects.create(product=made, price_minor=5000, available=4)
    page = phone.get(f"/s/{link.code}").content.decode()
    shelf = phone.get(links_in(page, "/shanli")[0]).content.decode()
    (second,) = {one for one in links_in(shelf, "/shanli") if "page=2" in one}
    end = phone.get(second).content.decode()

    assert second == f"/shanli?page=2&r={hidden(page, 'brought')}"
    assert all("r=" in one for one in links_in(end, "/shanli"))


@pytest.mark.parametrize("mode", ["notice", "allowed"])
def test_where_a_cookie_may_be_left_no_address_carries_anything(phone, link, settings, mode):
    if mode == "notice":
        settings.CONSENT = "notice"
    else:
        phone.cookies[consent.ALLOWED_COOKIE] = consent.ALLOWED

    assert "?r=" not in phone.get(f"/s/{link.code}").content.decode()
    assert COOKIE_NAME in phone.cookies


@pytest.mark.parametrize("with_mistake", [False, True])
def test_the_whole_walk_names_the_sharer_though_no_cookie_was_allowed(
    phone, link, tea, linwei, provider, with_mistake
):
    """From the link to the shop, to another thing of it, and to its checkout; link by link."""
    page = phone.get(f"/s/{link.code}").content.decode()
    page = phone.get(links_in(page, "/shanli")[0]).content.decode()
    page = phone.get(links_in(page, f"/p/{tea.product.public_id}")[0]).content.decode()
    assert "Lin Wei" in page or linwei.name in page
    form = {"variant": tea.pk, "version": 1, "act": "buy", "brought": hidden(page, "brought")}
    if with_mistake:
        answer = phone.post("/bag", form | {"quantity": 1000})
        assert answer.status_code == 422
        form["brought"] = hidden(answer.content.decode(), "brought")
        Product.objects.update(version=2)
        answer = phone.post("/bag", form | {"quantity": 1})
        assert answer.status_code == 409
        again = links_in(answer.content.decode(), f"/p/{tea.product.public_id}")[0]
        page = phone.get(again).content.decode()
        form |= {"brought": hidden(page, "brought"), "version": 2}
    assert phone.post("/bag", form | {"quantity": 1}).status_code == 302
    checkout = phone.get("/checkout").content.decode()
    pay = {
        "key": hidden(checkout, "key"),
        "seen_total": hidden(checkout, "seen_total"),
        "name": "周晓雨",
        "phone": "13800138000",
        "region": "陕西省 西安市 雁塔区",
        "address": "科技路 10 号",
        "pay": "sandbox",
    }
    assert phone.post("/checkout", pay).status_code == 302

    brought = Attribution.objects.get()
    assert (brought.sharer, brought.commissions.get().amount_minor) == (linwei, 500)
    assert COOKIE_NAME not in phone.cookies


@pytest.mark.django_db(transaction=True)
def test_the_same_walk_in_a_browser_without_scripts(open_page, link, tea, linwei, nobody_answers):
    page = open_page(f"/s/{link.code}", language="en", scripts=False)
    page.get_by_role("link", name="Back to the shop").click()
    page.get_by_role("link", name="云雾绿茶").first.click()
    assert linwei.name in page.content()
    page.get_by_role("button", name="Buy now").last.click()
    page.get_by_label("Who receives it").fill("周晓雨")
    page.get_by_label("Phone").fill("13800138000")
    page.get_by_label("Province, city, district").fill("陕西省 西安市 雁塔区")
    page.get_by_label("Street and door").fill("科技路 10 号")
    with page.expect_navigation():
        page.get_by_role("button", name="Pay ¥").click()

    brought = Attribution.objects.get()
    assert (brought.sharer, brought.commissions.get().amount_minor) == (linwei, 500)
    assert COOKIE_NAME not in {one["name"] for one in page.context.cookies()}


def test_what_we_did_not_write_is_carried_nowhere(phone, link, honey):
    """Base 64 is read past signs that are none of its own; they must not come out again."""
    carried = hidden(phone.get(f"/s/{link.code}").content.decode(), "brought")
    spoilt = f'{carried[:10]}"><!{carried[10:]}'
    assert len(consent.carried(spoilt)) == 1
    page = phone.get(f"/p/{honey.public_id}", {"r": spoilt}).content.decode()

    assert hidden(page, "brought") == carried
    assert '"><!' not in page
    assert "&quot;&gt;&lt;!" not in page
    assert set(links_in(page, "/shanli")) == {f"/shanli?r={carried}"}


def test_signing_in_pours_what_a_guests_bag_carries_into_ones_own(linwei, xiaoyu, honey, jar, noon):
    guest, own = bags.open_for(person=None, token=None), bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=guest, variant=jar, quantity=1)
    (touch,) = touches_of(linwei, honey)
    bags.carry(bag=guest, brought=cookie_with([], touch))
    bags.merge(person=xiaoyu, token=guest.token)

    own.refresh_from_db()
    (carried,) = consent.proven({}, own.brought)
    assert carried.click_id == touch.click_id


def test_who_takes_it_away_takes_it_out_of_the_bag_too(phone, link, jar):
    put_in_bag(phone, phone.get(f"/s/{link.code}").content.decode(), jar)
    page = phone.get("/about/cookies").content.decode()
    assert 'name="act" value="forget" formaction="/bag/forget-links"' in page
    phone.cookies[COOKIE_NAME] = "a note"

    answer = phone.post("/bag/forget-links", {"act": "forget"}, follow=True)

    assert answer.redirect_chain == [("/about/cookies", 307), ("/about/cookies", 302)]
    assert phone.cookies[COOKIE_NAME].value == ""
    bag = Bag.objects.get()
    assert (bag.brought, bag.lines.count()) == ("", 1)


@pytest.mark.parametrize("sent", [{}, {"act": ""}, {"act": "allow"}, {"act": "\x00"}])
def test_a_button_there_is_none_of_takes_nothing_away(phone, link, jar, sent):
    put_in_bag(phone, phone.get(f"/s/{link.code}").content.decode(), jar)

    assert phone.post("/bag/forget-links", sent).status_code == 422
    assert Bag.objects.get().brought != ""


def test_who_has_no_bag_takes_nothing_out_of_it(phone, db):
    assert phone.post("/bag/forget-links", {"act": "forget"}).status_code == 307
    assert phone.get("/bag/forget-links").status_code == 405
    assert not Bag.objects.exists()
