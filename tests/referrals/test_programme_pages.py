"""The vendor's pages of the programme, and the sharer's: money in words, and whose they are."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from audit.models import AuditEvent
from catalog.models import Product, Variant
from kit import clock
from people.models import Person
from referrals import links, programme
from referrals.models import Commission, Invitation, Programme, Removal, ShareLink
from shops.models import Membership, Shop, Terms
from tests.conftest import NOON
from tests.passkeys import sign_in_twice
from tests.referrals.money import take_back

SHARERS, RATES, WHO = "/shop/sharers", "/shop/sharers/rates", "/shop/sharers/who"
MINE = "/me/sharing"


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


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sent(honey, tea, **more) -> dict[str, str]:
    stored = {
        "act": "save",
        "commission_bp": "10",
        f"own_{honey.public_id}": "",
        f"own_{tea.public_id}": "12.5",
    }
    return stored | more


# --- whose they are ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SHARERS, f"{SHARERS}.csv", RATES, WHO, MINE])
def test_a_stranger_signs_in_first(client, db, path):
    assert client.get(path)["Location"].startswith("/accounts/login/?next=/")


def test_a_manager_sees_sums_and_changes_nothing(manager, held, link, linwei):
    page = text_of(manager.get(SHARERS))
    assert "¥10.20" in page
    assert "Change" not in page
    one = f"{SHARERS}/{linwei.public_id}"
    assert "Remove with this reason" not in text_of(manager.get(one))
    for path in (RATES, WHO):
        assert manager.get(path).status_code == 404
        assert manager.post(path, {}).status_code == 404
    for act in ("remove", "let-back", "withdraw"):
        assert manager.post(f"{one}/{act}", {"reason": "x"}).status_code == 404
    assert not Removal.objects.exists()


def test_a_packer_and_a_stranger_see_none_of_it(hill_shop, link, xiaoyu, linwei):
    Membership.objects.create(shop=hill_shop, person=xiaoyu, role="packer")
    browser = Client()
    browser.force_login(xiaoyu)
    for path in (SHARERS, f"{SHARERS}.csv", RATES, WHO, f"{SHARERS}/{linwei.public_id}"):
        assert browser.get(path).status_code == 404

    browser.force_login(linwei)
    assert browser.get(RATES)["Location"] == "/open"


def test_who_has_nothing_to_do_with_the_shop_has_no_page_in_it(hers, hill_shop, xiaoyu):
    assert hers.get(f"{SHARERS}/{xiaoyu.public_id}").status_code == 404
    assert hers.get(f"{SHARERS}/0000000000").status_code == 404
    path = f"{SHARERS}/{xiaoyu.public_id}/remove"
    assert hers.post(path, {"reason": "x"}).status_code == 404
    assert not Removal.objects.exists()


# --- rates in money ----------------------------------------------------------------------------


def test_rates_are_said_in_money(hers, honey, jar, tea):
    """10% of 68.00 is 6.80, the fee 0.68; 12.5% of 128.50 is 16.0625, the fee 1.285."""
    page = text_of(hers.get(SHARERS))

    assert "10% of ¥68.00 = ¥6.80 to the sharer, ¥60.52 to you after the fee" in page
    assert "12.5% of ¥128.50 = ¥16.06 to the sharer, ¥111.16 to you after the fee" in page
    assert "Nothing to go by yet" in page


def test_a_shop_without_goods_has_a_rate_too(proved, hill_shop):
    assert "Once you have products" in text_of(proved.get(RATES))
    assert proved.post(RATES, {"commission_bp": "8"})["Location"] == RATES

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
    assert proved.get(f"{RATES}?only=ZZZZZZZZZZ").status_code == 200
    assert proved.get(f"{RATES}?only=%F0%9F%8D%AF&page=x").status_code == 200


def test_one_product_is_set_alone(proved, honey, jar, tea):
    path = f"{RATES}?only={tea.public_id}"
    assert honey.title not in text_of(proved.get(path))

    answer = proved.post(path, {"commission_bp": "10", f"own_{tea.public_id}": ""})

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


# --- the editor sends rates here --------------------------------------------------------------


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


# --- who may share for pay ----------------------------------------------------------------------


def test_the_rule_is_chosen_and_shown(hers, hill_shop):
    assert "Everybody who shares your goods." in text_of(hers.get(SHARERS))

    assert hers.post(WHO, {"part": "who", "who": "followers"})["Location"] == WHO
    assert programme.who_of(hill_shop) == "followers"
    assert "People who follow your shop" in text_of(hers.get(SHARERS))


@pytest.mark.parametrize("who", ["", "friends", "\x00", "x" * 1000])
def test_no_other_rule_can_be_sent(hers, hill_shop, who):
    page = hers.post(WHO, {"part": "who", "who": who})

    assert page.status_code == 422
    assert list(page.context["who"].errors) == ["who"]
    assert not Programme.objects.exists()


@pytest.mark.parametrize("by", ["email", "phone", "page"])
def test_somebody_is_invited_by_an_address_of_theirs(hers, hill_shop, xiaoyu, by):
    Person.objects.filter(pk=xiaoyu.pk).update(phone="+8613800138000")
    named = {
        "email": "Xiaoyu@Example.test",
        "phone": "138 0013 8000",
        "page": f"http://localhost:8000/u/{xiaoyu.public_id}",
    }[by]

    assert hers.post(WHO, {"part": "invite", "person": named})["Location"] == WHO

    assert Invitation.objects.get().person == xiaoyu
    page = text_of(hers.get(WHO))
    assert "周晓雨" in page
    assert hers.post(f"{SHARERS}/{xiaoyu.public_id}/withdraw")["Location"] == WHO
    assert "Nobody is invited yet" in text_of(hers.get(WHO))


def test_who_cannot_be_invited_is_said_beside_the_field(hers, hill_shop, link, chen, linwei):
    programme.remove(shop=hill_shop, person=linwei, reason="x", by=chen)
    for named, words in (
        ("linwei@example.test", "Undo that on their page first"),
        ("chen@example.test", "works here"),
        ("nobody@example.test", "Nobody here has this"),
        ("", "required"),
        ("\x00", "Null characters"),
        ("x" * 400, "at most 300"),
    ):
        page = hers.post(WHO, {"part": "invite", "person": named})
        assert page.status_code == 422
        assert words in str(page.context["invite"].errors["person"])
    assert hers.post(WHO, {}).status_code == 422
    assert not Invitation.objects.exists()


# --- the list, and one of them --------------------------------------------------------------------


def test_the_list_shows_what_each_brought_and_how_much_was_kept(
    noon, hers, held, link, linwei, honey, xiaoyu
):
    """Two lines of ¥68.00 and ¥34.00 received; of the second a half went back."""
    take_back("L2", 1700)
    links.link_for(person=xiaoyu, product=honey)
    page = hers.get(SHARERS)

    [(first, _), (second, _)] = page.context["rows"]
    brought = first.brought
    assert (first.face.name, brought.orders, brought.sales_minor) == ("林薇", 1, 10200)
    assert (brought.cost_minor, brought.received, brought.kept) == (850, 2, 1)
    assert (second.face.name, second.brought.orders, second.brought.received) == ("周晓雨", 0, 0)
    assert "1 of 2 kept (50%)" in text_of(page)
    assert "¥8.50" in text_of(page)


def test_one_sharer_is_shown_product_by_product_and_no_buyer(
    noon, hers, held, hill_shop, link, tea, linwei
):
    Commission.objects.filter(line_key="L2").update(product=tea)
    page = hers.get(f"{SHARERS}/{linwei.public_id}")

    goods = [
        (one.title, one.brought.orders, one.brought.sales_minor, one.brought.cost_minor)
        for one in page.context["goods"]
    ]
    assert goods == [("秦岭野花土蜂蜜", 1, 6800, 680), ("云雾绿茶", 1, 3400, 340)]
    said = text_of(page)
    assert said.count("1 of 1 kept (100%)") == 2
    assert "周晓雨" not in said
    assert "0RDER00001" not in said


def test_somebody_is_removed_with_a_reason_and_let_back(hers, link, linwei, hill_shop):
    path = f"{SHARERS}/{linwei.public_id}"
    page = hers.post(f"{path}/remove", {"reason": " \u200b "})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["reason"])
    assert not Removal.objects.exists()

    assert hers.post(f"{path}/remove", {"reason": "Too many posts."})["Location"] == path
    said = text_of(hers.get(path))
    assert "Earns nothing more here since" in said
    assert "Too many posts." in said
    assert "Removed" in text_of(hers.get(SHARERS))
    only = hers.get(f"{SHARERS}?show=removed").context["rows"]
    assert [one.face.name for one, _barred in only] == ["林薇"]

    assert hers.post(f"{path}/let-back")["Location"] == path
    assert "Earns nothing more" not in text_of(hers.get(path))
    assert "You have removed nobody" in text_of(hers.get(f"{SHARERS}?show=removed"))


def test_of_who_was_only_invited_the_invitation_is_taken_back(hers, hill_shop, xiaoyu, chen):
    programme.invite(shop=hill_shop, person=xiaoyu, by=chen)
    path = f"{SHARERS}/{xiaoyu.public_id}"
    assert "Remove with this reason" not in text_of(hers.get(path))

    page = hers.post(f"{path}/remove", {"reason": "x"})

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["reason"])
    assert not Removal.objects.exists()


@pytest.mark.parametrize("reason", ["", "x" * 201, "\x00", "x" * 10**6])
def test_a_reason_is_a_short_sentence(hers, link, linwei, reason):
    page = hers.post(f"{SHARERS}/{linwei.public_id}/remove", {"reason": reason})

    assert page.status_code == 422
    assert not Removal.objects.exists()


def test_the_buttons_take_only_a_press(hers, link, linwei):
    for act in ("remove", "let-back", "withdraw"):
        assert hers.get(f"{SHARERS}/{linwei.public_id}/{act}").status_code == 405
    for path in (SHARERS, f"{SHARERS}.csv", f"{SHARERS}/{linwei.public_id}", MINE):
        assert hers.post(path).status_code == 405


@pytest.mark.parametrize("query", ["page=0", "page=9", "page=x", "page=١", "show=x", "show=all"])
def test_a_page_that_is_not_there_shows_the_nearest(hers, link, query):
    assert hers.get(f"{SHARERS}?{query}").status_code == 200


def test_ten_thousand_sharers_take_as_many_questions_as_one(
    noon, hers, held, honey, hill_shop, django_assert_num_queries
):
    with django_assert_num_queries(LIST_QUERIES):
        hers.get(SHARERS)
    crowd = [Person(name=f"人 {number}", email=f"p{number}@x.test") for number in range(9_999)]
    Person.objects.bulk_create(crowd)
    ShareLink.objects.bulk_create(
        ShareLink(person=person, product=honey, shop=hill_shop) for person in crowd
    )

    with django_assert_num_queries(LIST_QUERIES):
        page = hers.get(f"{SHARERS}?page=334")
    assert "Page 334 of 334" in text_of(page)
    assert len(page.context["rows"]) == 10


LIST_QUERIES = 12


def test_the_file_has_every_sharer_and_runs_nothing(noon, hers, held, linwei, xiaoyu, honey, chen):
    Person.objects.filter(pk=linwei.pk).update(name="=SUM(1)")
    links.link_for(person=xiaoyu, product=honey)
    programme.remove(shop=honey.shop, person=xiaoyu, reason="x", by=chen)

    answer = hers.get(f"{SHARERS}.csv")
    head, first, second = b"".join(answer.streaming_content).decode().splitlines()

    assert answer["Content-Disposition"] == 'attachment; filename="sharers-shanli.csv"'
    assert head.startswith("\ufeffSharer,Address of their page,Shares since,Clicks by people")
    assert first == (
        f"'=SUM(1),http://localhost:8000/u/{linwei.public_id},2026-11-22,1,1,102.00,10.20,CNY,2,2,yes"
    )
    assert second.endswith(",0,0,0.00,0.00,CNY,0,0,removed")
    chinese = hers.get(f"{SHARERS}.csv", headers={"accept-language": "zh-hans"})
    assert b"".join(chinese.streaming_content).decode().startswith("\ufeff分享者,")


# --- the sharer's side ----------------------------------------------------------------------------


@pytest.fixture
def lins(linwei):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(linwei)
    return browser


def test_a_sharer_sees_what_each_shop_pays(noon, lins, held, link):
    page = text_of(lins.get(MINE))

    assert "山里的小店" in page
    assert "for 10% of what is paid for the goods" in page
    assert "1 order · ¥10.20 earned" in page
    assert f'href="{MINE}"' in lins.get("/me/earnings").content.decode()


def test_a_removed_sharer_reads_why_and_what_stays(lins, hill_shop, link, linwei, chen):
    programme.remove(shop=hill_shop, person=linwei, reason="Too many posts.", by=chen)
    page = text_of(lins.get(MINE))

    assert "no longer pays you for new orders" in page
    assert "Too many posts." in page
    assert "Too many posts." in text_of(lins.get("/me/notices"))


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("buyers", "people who bought there and kept it"),
        ("followers", "Follow it, and your links earn"),
        ("invited", "only people it invites"),
    ],
)
def test_who_does_not_meet_the_rule_is_told_which(lins, hill_shop, link, chen, who, words):
    programme.set_who(shop=hill_shop, who=who, by=chen)

    assert words in text_of(lins.get(MINE))


def test_an_invitation_stands_there_before_anything_was_shared(lins, hill_shop, linwei, chen):
    assert "You share for no shop yet" in text_of(lins.get(MINE))
    programme.set_who(shop=hill_shop, who="invited", by=chen)
    programme.invite(shop=hill_shop, person=linwei, by=chen)

    page = text_of(lins.get(MINE))
    assert "The shop invited you" in page
    assert "You may share all it sells" in page
    assert not ShareLink.objects.exists()


def test_ones_own_shop_is_no_programme(hers, hill_shop, honey, chen):
    links.link_for(person=chen, product=honey)

    assert "You share for no shop yet" in text_of(hers.get(MINE))


def test_many_shops_take_as_many_questions_as_one(
    lins, link, linwei, honey, xiaoyu, django_assert_num_queries
):
    with django_assert_num_queries(MINE_QUERIES):
        lins.get(MINE)
    for number in range(5):
        shop = type(honey.shop).objects.create(
            owner=xiaoyu, handle=f"shop-{number}", name=f"店 {number}"
        )
        type(honey.shop.terms).objects.create(shop=shop)
        product = Product.objects.create(shop=shop, title="x")
        links.link_for(person=linwei, product=product)

    with django_assert_num_queries(MINE_QUERIES):
        assert len(lins.get(MINE).context["parts"]) == 6


MINE_QUERIES = 9


def test_a_sharer_sees_what_a_piece_earns(lins, hill_shop, honey, jar, tea, link):
    """10% of 68.00, 12.5% of 128.50; nothing is said of what pays nothing or has no price."""
    for title, rate_bp in (("白送", 0), ("未定价", None)):
        Product.objects.create(
            shop=hill_shop,
            title=title,
            state="live",
            published_at=clock.now() - timedelta(days=1),
            commission_bp=rate_bp,
        )
    page = text_of(lins.get(MINE))

    assert "云雾绿茶 ¥16.06 a piece" in page
    assert "秦岭野花土蜂蜜 ¥6.80 a piece" in page
    assert "白送" not in page
    assert "未定价" not in page
