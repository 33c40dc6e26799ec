"""Rates and the money they mean, changed by an owner who is there."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core import mail

from audit.models import AuditEvent
from catalog.models import Product
from catalog.rates import Rates, set_rates
from kit import clock
from referrals.views import programme as programme_views
from shops.models import Membership, Shop, Terms
from tests.conftest import NOON
from tests.races import together
from tests.referrals.money import take_back
from tests.referrals.programme import RATES, SHARERS, seen, sent, text_of


def test_rates_are_said_in_money(hers, honey, jar, tea):
    """10% of 68.00 is 6.80, the fee 0.68; 12.5% of 128.50 is 16.0625, the fee 1.285."""
    page = text_of(hers.get(SHARERS))

    assert "10% of ¥68.00 = ¥6.80 to the sharer, ¥60.52 to you after the fee" in page
    assert "12.5% of ¥128.50 = ¥16.06 to the sharer, ¥111.16 to you after the fee" in page
    assert "Nothing to go by yet" in page


def test_a_shop_without_goods_has_a_rate_too(proved, hill_shop):
    assert "Once you have products" in text_of(proved.get(RATES))
    assert (
        proved.post(RATES, {"commission_bp": "8", "seen": seen(hill_shop.pk)})["Location"] == RATES
    )

    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 800


def test_the_forecast_is_the_last_month_at_the_rates_of_today(noon, hers, held, honey, tea, link):
    """Of ¥68.00 half went back: ¥34.00 and ¥34.00 at 10% are ¥3.40 each."""
    take_back("L1", 3400)
    assert (
        "In the last 30 days sharers brought ¥68.00 of goods. As much again costs you ¥6.80"
        in text_of(hers.get(SHARERS))
    )
    looked = hers.post(RATES, sent(honey, tea, act="look", commission_bp="15"))
    assert "costs you ¥10.20" in text_of(looked)
    own = hers.post(RATES, sent(honey, tea, act="look", **{f"own_{honey.public_id}": "0"}))
    assert "costs you ¥0.00" in text_of(own)
    with clock.stopped_at(NOON + timedelta(days=31)):
        assert "Nothing to go by yet" in text_of(hers.get(SHARERS))


def test_rates_are_looked_at_without_being_saved(hers, hill_shop, honey, jar, tea):
    looked = hers.post(RATES, sent(honey, tea, act="look", commission_bp="20"))

    assert looked.status_code == 200
    assert "20% of ¥68.00 = ¥13.60 to the sharer, ¥53.72 to you after the fee" in text_of(looked)
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1000
    assert not AuditEvent.objects.exists()


def test_one_rate_is_filled_in_for_all_and_not_saved(hers, honey, jar, tea):
    filled = hers.post(RATES, sent(honey, tea, act="every", every="7.5"))

    assert filled.status_code == 200
    assert filled.content.decode().count('value="7.5"') == 3
    assert "7.5% of ¥68.00 = ¥5.10 to the sharer" in text_of(filled)
    tea.refresh_from_db()
    assert tea.commission_bp == 1250


def test_who_proved_it_minutes_ago_saves(proved, hill_shop, honey, jar, tea):
    answer = proved.post(
        RATES, sent(honey, tea, commission_bp="12", **{f"own_{honey.public_id}": "20"})
    )

    assert answer["Location"] == RATES
    for row in (hill_shop.terms, honey, tea):
        row.refresh_from_db()
    assert (hill_shop.terms.commission_bp, honey.commission_bp, tea.commission_bp) == (
        1200,
        2000,
        1250,
    )
    assert AuditEvent.objects.get().act == "shop.rates_changed"


def test_who_signed_in_long_ago_proves_it_first_and_finds_what_was_typed(
    hers, hill_shop, honey, jar, tea
):
    answer = hers.post(RATES, sent(honey, tea, commission_bp="25"))

    assert answer.status_code == 403
    assert f"/accounts/prove/?next={RATES}" in answer.content.decode()
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1000
    again = hers.get(RATES)
    assert 'value="25"' in again.content.decode()
    assert "not saved yet" in text_of(again)

    hers.post("/accounts/prove/", {"next": RATES})
    code = hers.session["code_to_prove"]["code"]
    assert code in mail.outbox[-1].body
    hers.post("/accounts/prove/", {"code": code, "next": RATES})
    assert hers.post(RATES, sent(honey, tea, commission_bp="25")).status_code == 302
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 2500
    assert f"rates_draft:{hill_shop.pk}" not in hers.session


def test_what_was_typed_for_one_shop_is_not_offered_to_another(hers, hill_shop, honey, tea, chen):
    hers.post(RATES, sent(honey, tea, commission_bp="25"))
    other = Shop.objects.create(owner=chen, handle="second", name="二店")
    Membership.objects.create(shop=other, person=chen, role="owner")
    Terms.objects.create(shop=other)

    assert 'value="10"' in hers.get(f"{RATES}?shop=second").content.decode()
    assert 'value="25"' in hers.get(f"{RATES}?shop=shanli").content.decode()


def test_a_proof_of_six_minutes_ago_is_not_enough(proved, hill_shop, honey, tea, monkeypatch):
    present = time.time()
    monkeypatch.setattr(time, "time", lambda: present + 301)

    assert proved.post(RATES, sent(honey, tea, commission_bp="25")).status_code == 403
    assert not AuditEvent.objects.exists()


def test_saving_what_is_saved_asks_for_no_proof(hers, honey, tea):
    assert hers.post(RATES, sent(honey, tea)).status_code == 302
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "rate", ["", "31", "30.01", "-1", "ten", "10.001", "１０", "9" * 400, "\x00", "10%%", "👩‍👩‍👧"]
)
def test_a_mistake_is_said_beside_its_field_and_the_rest_stays_typed(
    proved, hill_shop, honey, tea, rate
):
    typed = sent(honey, tea, commission_bp=rate, **{f"own_{honey.public_id}": "9"})
    page = proved.post(RATES, typed)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["commission_bp"]
    assert 'value="9"' in page.content.decode()
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1000


def test_a_products_rate_is_at_most_what_the_house_allows(proved, honey, tea):
    own = f"own_{honey.public_id}"
    page = proved.post(RATES, sent(honey, tea, **{own: "30.5"}))

    assert (page.status_code, list(page.context["form"].errors)) == (422, [own])
    assert proved.post(RATES, sent(honey, tea, **{own: "30"})).status_code == 302
    honey.refresh_from_db()
    assert honey.commission_bp == 3000


def test_products_of_others_cannot_be_named(proved, hill_shop, honey, tea, xiaoyu):
    foreign = {"own_ZZZZZZZZZZ": "30", "own_": "30", "only": "x"}

    assert proved.post(RATES, sent(honey, tea) | foreign).status_code == 302
    assert proved.get(f"{RATES}?only=ZZZZZZZZZZ").status_code == 404
    assert proved.get(f"{RATES}?only=%F0%9F%8D%AF&page=x").status_code == 404
    assert proved.get(f"{RATES}?only=&page=x").status_code == 200


def test_another_shops_product_has_no_page_of_rates_here(proved, hill_shop, honey, xiaoyu):
    other = Shop.objects.create(owner=xiaoyu, handle="second", name="二店")
    Terms.objects.create(shop=other)
    theirs = Product.objects.create(shop=other, title="theirs", commission_bp=700)
    path = f"{RATES}?only={theirs.public_id}"

    assert proved.get(path).status_code == 404
    own = f"own_{theirs.public_id}"
    sent_there = {"commission_bp": "10", own: "0", "seen": seen(hill_shop.pk, theirs)}
    assert proved.post(path, sent_there).status_code == 404
    assert proved.post(RATES, sent_there).status_code == 302
    theirs.refresh_from_db()
    assert theirs.commission_bp == 700


@pytest.mark.parametrize("act", ["delete", "SAVE", "\x00", "9" * 10_000, "🍯"])
def test_a_button_the_page_has_not_saves_nothing(proved, hill_shop, honey, tea, act):
    answer = proved.post(RATES, sent(honey, tea, act=act, commission_bp="25"))

    assert answer.status_code == 422
    assert "Nothing was changed" in text_of(answer)
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1000


def test_a_wrong_rate_for_all_is_seen_where_it_stands(proved, honey, tea):
    page = proved.post(RATES, sent(honey, tea, act="every", every="77"))

    assert page.status_code == 422
    assert "<details open>" in page.content.decode()
    assert "<details>" in proved.get(RATES).content.decode()


def test_a_product_the_page_did_not_show_keeps_its_rate(proved, hill_shop, honey, tea):
    page = sent(honey, tea, commission_bp="12")
    late = Product.objects.create(shop=hill_shop, title="late", commission_bp=700)

    assert proved.post(RATES, page).status_code == 302

    late.refresh_from_db()
    hill_shop.terms.refresh_from_db()
    assert (late.commission_bp, hill_shop.terms.commission_bp) == (700, 1200)


def test_an_older_page_puts_no_old_rate_back(proved, hill_shop, honey, tea):
    old = sent(honey, tea)
    new = sent(honey, tea, **{f"own_{tea.public_id}": "5"})
    assert proved.post(RATES, new).status_code == 302

    for act in ("save", "look"):
        answer = proved.post(RATES, old | {"act": act, "commission_bp": "11"})
        assert answer.status_code == 409
        assert "云雾绿茶 before: 12.5% now: 5%" in text_of(answer)
        assert "Rate of the shop before" not in text_of(answer)
    again = proved.get(RATES)
    assert 'value="11"' in again.content.decode()
    assert 'value="5"' in again.content.decode()
    assert "not saved yet" in text_of(again)
    for wrong in (
        "",
        "\x00",
        "shanli",
        "shanli 1000",
        "shanli 99999999",
        "x" * 10**5,
        "shanli -1 =",
    ):
        assert proved.post(RATES, {**old, "seen": wrong}).status_code == 409

    tea.refresh_from_db()
    assert tea.commission_bp == 500
    assert AuditEvent.objects.count() == 1


def test_rates_of_one_shop_are_not_written_into_another(proved, hill_shop, honey, tea, chen):
    page = sent(honey, tea, commission_bp="25")
    other = Shop.objects.create(owner=chen, handle="second", name="二店")
    Membership.objects.create(shop=other, person=chen, role="owner")
    Terms.objects.create(shop=other)
    theirs = Product.objects.create(shop=other, title="theirs", commission_bp=700)
    proved.get(f"{RATES}?shop=second")

    assert proved.post(RATES, page).status_code == 409

    theirs.refresh_from_db()
    other.terms.refresh_from_db()
    assert (theirs.commission_bp, other.terms.commission_bp) == (700, 1000)
    assert not AuditEvent.objects.exists()


def test_one_product_is_set_alone(proved, honey, jar, tea):
    path = f"{RATES}?only={tea.public_id}"
    assert honey.title not in text_of(proved.get(path))

    alone = {"commission_bp": "10", f"own_{tea.public_id}": "", "seen": seen(honey.shop_id, tea)}
    answer = proved.post(path, alone)

    assert answer["Location"] == path
    tea.refresh_from_db()
    assert tea.commission_bp is None


def test_a_long_shelf_has_pages_and_as_many_questions(
    hers, hill_shop, honey, jar, django_assert_num_queries
):
    with django_assert_num_queries(RATES_QUERIES):
        hers.get(RATES)
    shelf = [Product(shop=hill_shop, title=f"货 {number}") for number in range(64)]
    Product.objects.bulk_create(shelf)

    with django_assert_num_queries(RATES_QUERIES):
        page = hers.get(f"{RATES}?page=3")
    assert "Page 3 of 3" in text_of(page)
    assert len(page.context["rows"]) == 5


RATES_QUERIES = 7


def edited(browser, honey, jar, **more):
    row = {
        "v-TOTAL_FORMS": "1",
        "v-INITIAL_FORMS": "0",
        "v-0-id": jar.pk,
        "v-0-name": "500g",
        "v-0-price": "70",
        "v-0-stock": "10",
        "v-0-seen": "10",
    }
    typed = {"title": "冬蜜", "act": "save", "commission_bp": "20"}
    return browser.post(f"/shop/products/{honey.public_id}", row | typed | more)


def test_a_rate_typed_in_the_editor_waits_for_the_owners_proof(hers, honey, jar):
    answer = edited(hers, honey, jar)

    honey.refresh_from_db()
    assert (honey.title, honey.commission_bp) == ("冬蜜", None)
    assert answer["Location"] == f"{RATES}?only={honey.public_id}"
    page = hers.get(answer["Location"]).content.decode()
    assert f'name="own_{honey.public_id}" value="20"' in page


def test_an_owner_who_is_there_sets_it_in_the_editor(proved, honey, jar):
    answer = edited(proved, honey, jar)

    honey.refresh_from_db()
    assert (honey.commission_bp, answer["Location"]) == (2000, f"/shop/products/{honey.public_id}")


def test_nobody_proves_anything_on_the_way_to_opening(hers, hill_shop, honey, jar):
    hill_shop.trusted_at = None
    hill_shop.save()
    edited(hers, honey, jar)

    honey.refresh_from_db()
    assert honey.commission_bp == 2000


# --- two at once ------------------------------------------------------------------------------


def both_save(*, seen: Rates | None, hill_shop, honey, chen) -> list[object]:
    """Let two owners save at the same moment what each made of the same page."""
    shop, by = hill_shop, chen

    def first():
        return set_rates(shop=shop, default_bp=1500, own={honey.pk: None}, by=by, seen=seen)

    def second():
        return set_rates(shop=shop, default_bp=1000, own={honey.pk: 500}, by=by, seen=seen)

    return together(first, second)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_save_at_once_one_is_told_what_changed(hill_shop, honey, chen):
    seen_by_both = Rates(1000, {honey.pk: None})
    outcomes = both_save(seen=seen_by_both, hill_shop=hill_shop, honey=honey, chen=chen)

    assert sorted(type(one).__name__ for one in outcomes) == ["RatesMoved", "bool"]
    for row in (hill_shop.terms, honey):
        row.refresh_from_db()
    assert (hill_shop.terms.commission_bp, honey.commission_bp) in {(1500, None), (1000, 500)}
    assert AuditEvent.objects.filter(act="shop.rates_changed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_looking_under_the_lock_the_later_of_the_two_wipes_out_the_first(
    hill_shop, honey, chen
):
    outcomes = both_save(seen=None, hill_shop=hill_shop, honey=honey, chen=chen)

    assert outcomes == [True, True]
    assert AuditEvent.objects.filter(act="shop.rates_changed").count() == 2


def test_the_second_of_two_presses_reads_what_the_first_changed(
    proved, hill_shop, honey, tea, chen, monkeypatch
):
    """The other owner saves after the page was checked and before it is written."""
    locked_rates = set_rates

    def late(**words):
        Terms.objects.filter(shop=hill_shop).update(commission_bp=1500)
        return locked_rates(**words)

    monkeypatch.setattr(programme_views, "set_rates", late)
    answer = proved.post(RATES, sent(honey, tea, **{f"own_{tea.public_id}": "5"}))

    assert answer.status_code == 409
    assert "Rate of the shop before: 10% now: 15%" in text_of(answer)
    tea.refresh_from_db()
    assert tea.commission_bp == 1250
    assert not AuditEvent.objects.exists()
