"""The editor takes what a vendor types and says what is wrong beside it."""

from __future__ import annotations

import pytest

from catalog import screening
from catalog.models import Product
from shops.models import Membership
from tests.catalog.editing import NEW, sent


def test_the_empty_form_opens(desk):
    page = desk.get(NEW)

    assert page.status_code == 200
    assert b'name="photos"' in page.content


def test_a_name_and_a_price_make_a_draft(desk):
    answer = desk.post(NEW, sent())

    product = Product.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/shop/products/{product.public_id}")
    assert (product.title, product.state) == ("明前云雾绿茶", "draft")
    variant = product.variants.get()
    assert (variant.price_minor, variant.available) == (12_800, 20)


def test_publishing_leads_to_sharing(desk):
    answer = desk.post(NEW, sent(act="publish"))

    product = Product.objects.get()
    assert product.state == "live"
    assert answer.url == f"/p/{product.public_id}/share"


def test_publishing_in_a_new_shop_leads_to_the_shelf_and_says_why(desk, hill_shop):
    hill_shop.trusted_at = None
    hill_shop.save()

    answer = desk.post(NEW, sent(act="publish"), follow=True)

    assert Product.objects.get().state == "held"
    assert answer.redirect_chain == [("/shop/products", 302)]


def test_more_rows_are_more_variants(desk):
    rows = {
        "v-TOTAL_FORMS": "3",
        "v-0-name": "100g",
        "v-1-name": "200g",
        "v-1-price": "238.50",
        "v-1-stock": "5",
        "v-2-name": "",
        "v-2-price": "",
        "v-2-stock": "",
    }

    desk.post(NEW, sent(**rows))

    stored = Product.objects.get().variants.values_list("name", "price_minor", "available")
    assert list(stored) == [("100g", 12_800, 20), ("200g", 23_850, 5)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "\u3164\u200b"},
        {"title": "蜜" * 81},
        {"title": "x\x00y"},
        {"description": "x" * 8001},
        {"category": "999999"},
        {"category": "x"},
        {"category": "9" * 400},
        {"commission_bp": "31"},
        {"commission_bp": "-1"},
        {"commission_bp": "ten"},
        {"commission_bp": "10.001"},
        {"v-0-price": ""},
        {"v-0-price": "0"},
        {"v-0-price": "-5"},
        {"v-0-price": "1e3"},
        {"v-0-price": "१२"},
        {"v-0-price": "1.234"},
        {"v-0-price": "9" * 19},
        {"v-0-stock": ""},
        {"v-0-stock": "-1"},
        {"v-0-stock": "1.5"},
        {"v-0-stock": "9" * 5000},
        {"v-0-name": "名" * 41},
        {"v-0-id": "9" * 30, "v-0-name": "x"},
        {"v-TOTAL_FORMS": "2", "v-1-price": "5", "v-1-stock": "1"},
        {
            "v-TOTAL_FORMS": "2",
            "v-0-name": "大",
            "v-1-name": "大",
            "v-1-price": "5",
            "v-1-stock": "1",
        },
        {"v-TOTAL_FORMS": "x"},
        {"v-TOTAL_FORMS": "-1"},
        {"v-TOTAL_FORMS": "99999999"},
        {"v-TOTAL_FORMS": ""},
        {"v-0-gone": "on"},
    ],
    ids=repr,
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_written(desk, wrong):
    answer = desk.post(NEW, sent(**wrong))

    assert answer.status_code == 422
    assert not Product.objects.exists()


def test_a_field_that_is_missing_altogether_is_a_mistake_too(desk):
    assert desk.post(NEW, {}).status_code == 422
    assert desk.post(NEW, {"act": "publish"}).status_code == 422
    assert not Product.objects.exists()


@pytest.mark.parametrize("act", ["sell", "SAVE", "\x00", "drop:x", "later:" + "9" * 500])
def test_a_button_there_is_none_of_is_a_422(desk, act):
    assert desk.post(NEW, sent(act=act)).status_code == 422
    assert not Product.objects.exists()


@pytest.mark.parametrize("act", ["photos", "rows", "later:7", "drop:" + "9" * 18])
def test_a_button_that_saves_nothing_shows_the_form_as_it_was_typed(desk, act):
    answer = desk.post(NEW, sent(act=act))

    assert answer.status_code == 200
    assert "明前云雾绿茶" in answer.text
    assert not Product.objects.exists()


def test_words_that_look_like_markup_are_shown_as_typed(desk):
    title = '"><svg onload=alert(1)>'
    desk.post(NEW, sent(title=title))

    product = Product.objects.get()
    assert product.title == title
    assert "<svg onload" not in desk.get(f"/shop/products/{product.public_id}").text
    assert "<svg onload" not in desk.get("/shop/products").text


def test_editing_shows_what_is_stored_and_changes_it(desk, honey, jar):
    path = f"/shop/products/{honey.public_id}"
    assert "秦岭野花土蜂蜜" in desk.get(path).text

    row = {
        "v-0-id": jar.pk,
        "v-0-name": "500g",
        "v-0-price": "70",
        "v-0-stock": "8",
        "v-0-seen": "10",
    }
    answer = desk.post(path, sent(title="冬蜜", **row))

    honey.refresh_from_db()
    jar.refresh_from_db()
    assert answer.status_code == 302
    assert (honey.title, honey.state, honey.version) == ("冬蜜", "live", 2)
    assert (jar.price_minor, jar.available) == (7000, 8)


def test_more_rows_keep_what_was_typed(desk):
    answer = desk.post(NEW, sent(act="rows"))

    assert answer.status_code == 200
    assert answer.text.count('-price"') >= 3
    assert 'value="128"' in answer.text


def test_pieces_bought_meanwhile_are_told_and_nothing_is_written(desk, honey, jar):
    row = {
        "v-0-id": jar.pk,
        "v-0-name": "500g",
        "v-0-price": "70",
        "v-0-stock": "0",
        "v-0-seen": "15",
    }

    answer = desk.post(f"/shop/products/{honey.public_id}", sent(title="冬蜜", **row))

    honey.refresh_from_db()
    assert answer.status_code == 422
    assert honey.title == "秦岭野花土蜂蜜"


def test_a_manager_lists_but_the_rate_is_the_owners(client, hill_shop, honey, jar, linwei):
    Membership.objects.create(shop=hill_shop, person=linwei, role="manager")
    honey.commission_bp = 500
    honey.save()
    client.force_login(linwei)

    row = {"v-0-id": jar.pk, "v-0-name": "500g", "v-0-stock": "10", "v-0-seen": "10"}
    client.post(f"/shop/products/{honey.public_id}", sent(commission_bp="30", **row))

    honey.refresh_from_db()
    assert (honey.title, honey.commission_bp) == ("明前云雾绿茶", 500)


def test_more_variants_than_a_product_may_have_are_told(desk):
    rows: dict[str, str] = {}
    for at in range(21):
        rows |= {f"v-{at}-name": f"{at}", f"v-{at}-price": "1", f"v-{at}-stock": "1"}

    answer = desk.post(NEW, sent(**rows | {"v-TOTAL_FORMS": "21"}))

    assert answer.status_code == 422
    assert "一件商品最多 20 个规格" in answer.text
    assert not Product.objects.exists()


def test_why_it_came_back_stands_where_it_is_mended(desk, honey):
    hold = screening.hold(product=honey, cause="new_shop")
    screening.send_back(hold=hold, reason="请上传检测报告")
    path = f"/shop/products/{honey.public_id}"
    assert "请上传检测报告" in desk.get(path).text

    honey.refresh_from_db()
    honey.state = "draft"
    honey.save()
    assert "请上传检测报告" not in desk.get(path).text
