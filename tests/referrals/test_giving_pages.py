"""The pages of giving away: the choice on one's own link, and the disclosures."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import AuditEvent
from kit import clock
from referrals import charities, commissions, giving
from referrals.models import Commission, Gives
from referrals.touches import COOKIE_NAME, cookie_with
from tests.conftest import NOON
from tests.passkeys import sign_in_twice
from tests.referrals.conftest import BROWSER, order, text_of, touch_of
from tests.referrals.money import WEEK, complete, pay_in

HUGE = "9" * 30


@pytest.fixture
def mine(client, linwei):
    """Lin Wei's browser, in which she proved a moment ago who she is, in English."""
    sign_in_twice(client, linwei)
    client.cookies["django_language"] = "en"
    return client


def path_of(link) -> str:
    return f"/me/links/{link.code}/giving"


# --- the choice ---------------------------------------------------------------------------


def test_the_choice_stands_on_the_share_sheet_and_is_saved(mine, link, schools):
    sheet = text_of(mine.get(f"/p/{link.product.public_id}/share"))
    assert "You keep what it earns." in sheet

    answer = mine.post(path_of(link), {"gives": "charity", "charity": schools.pk}, follow=True)

    assert answer.redirect_chain == [(f"/p/{link.product.public_id}/share", 302)]
    assert "What it earns goes to Hill School Libraries." in text_of(answer)
    link.refresh_from_db()
    assert (link.gives, link.charity) == (Gives.CHARITY, schools)


@pytest.mark.parametrize("gives", ["buyer", "none", "keep"])
def test_a_charity_named_beside_another_choice_is_not_kept(mine, link, schools, gives):
    answer = mine.post(path_of(link), {"gives": gives, "charity": schools.pk})

    assert answer.status_code == 302
    link.refresh_from_db()
    assert (link.gives, link.charity) == (gives, None)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"gives": ""},
        {"gives": "all of it"},
        {"gives": "\x00"},
        {"gives": "charity"},
        {"gives": "charity", "charity": ""},
        {"gives": "charity", "charity": "0"},
        {"gives": "charity", "charity": "-1"},
        {"gives": "charity", "charity": HUGE},
        {"gives": "charity", "charity": "1\x00"},
        {"gives": "charity", "charity": "深圳"},
        {"gives": ["keep", "none", "🐝"]},
    ],
)
def test_nonsense_is_told_beside_the_field_and_changes_nothing(mine, link, schools, sent):
    answer = mine.post(path_of(link), sent)

    assert answer.status_code == 422
    assert 'class="errors' in answer.content.decode() or "errorlist" in answer.content.decode()
    link.refresh_from_db()
    assert (link.gives, link.charity) == (Gives.KEEP, None)


def test_a_closed_charity_is_no_choice_and_its_links_say_so(mine, link, schools, accountant):
    giving.choose(link=link, gives=Gives.CHARITY, charity=schools)
    charities.close(charity=schools, by=accountant)

    page = mine.get(path_of(link))
    assert "Hill School Libraries takes no more gifts" in text_of(page)
    assert f'value="{schools.pk}"' not in page.content.decode()
    answer = mine.post(path_of(link), {"gives": "charity", "charity": schools.pk})
    assert answer.status_code == 422


def test_the_share_page_says_that_the_charity_was_closed(mine, link, schools, accountant):
    giving.choose(link=link, gives=Gives.CHARITY, charity=schools)
    charities.close(charity=schools, by=accountant)

    for path in (f"/p/{link.product.public_id}/share", f"/p/{link.product.public_id}/share/kit"):
        sheet = text_of(mine.get(path))
        assert "Hill School Libraries takes no more gifts" in sheet
        assert "you chose it so" not in sheet


@pytest.mark.parametrize(
    ("gives", "state", "said"),
    [
        ("keep", "held", "Received; yours when the return window is over"),
        ("charity", "held", "Received; the charity has it when the return window is over"),
        ("charity", "released", "The return window is over; the charity has it"),
        ("keep", "refused", "Not paid: the house looked at the sale and told you why"),
    ],
)
def test_a_sale_says_of_whose_it_is_what_is_so(
    mine, noon, link, schools, hill_shop, xiaoyu, gives, state, said
):
    giving.choose(link=link, gives=gives, charity=schools)
    order(hill_shop, xiaoyu, [touch_of(link)])
    pay_in()
    commissions.paid(line_key="L1", at=NOON)
    complete("L1")
    with clock.stopped_at(NOON + WEEK):
        if state == "released":
            commissions.release_due(clock.now())
        elif state == "refused":
            Commission.objects.update(state="void", refused_at=NOON)
        page = text_of(mine.get("/me/earnings/L1"))
        listed = text_of(mine.get(f"/me/links/{link.code}"))

    assert said in page
    assert said in listed
    is_theirs = (gives, state) == ("keep", "held")
    assert ("Why it is yours" in page) is is_theirs
    assert ("How the sale came by your link" in page) is not is_theirs
    assert ("You left it to Hill School Libraries" in page) is (gives == "charity")


def test_what_was_given_to_the_buyer_is_not_called_ones_own(mine, noon, link, hill_shop, xiaoyu):
    giving.choose(link=link, gives=Gives.BUYER)
    order(hill_shop, xiaoyu, [touch_of(link)])

    page = text_of(mine.get("/me/earnings/L1"))
    assert "How the sale came by your link" in page
    assert "they paid ¥6.80 less" in page

    commissions.void(line_key="L1", at=NOON)
    page = text_of(mine.get("/me/earnings/L1"))
    assert "How the sale came by your link" in page
    assert "less" not in page


def test_somebody_elses_link_is_not_there(client, link, xiaoyu):
    assert client.get(path_of(link)).status_code == 302  # to sign in
    client.force_login(xiaoyu)
    assert client.get(path_of(link)).status_code == 404
    assert client.post(path_of(link), {"gives": "none"}).status_code == 404
    assert client.delete(path_of(link)).status_code == 405
    link.refresh_from_db()
    assert link.gives == Gives.KEEP


def test_who_signed_in_long_ago_proves_it_before_giving_it_away(client, linwei, link, schools):
    client.force_login(linwei)
    client.cookies["django_language"] = "en"

    answer = client.post(path_of(link), {"gives": "charity", "charity": schools.pk})

    assert answer.status_code == 403
    assert f"/accounts/prove/?next={path_of(link)}" in answer.content.decode()
    link.refresh_from_db()
    assert (link.gives, link.charity) == (Gives.KEEP, None)
    assert not AuditEvent.objects.filter(act="link.gives_changed").exists()
    form = client.get(path_of(link)).context["form"]
    assert form.initial == {"gives": "charity", "charity": schools.pk}

    sign_in_twice(client, linwei)
    assert client.post(path_of(link), form.initial).status_code == 302
    assert client.get(path_of(link)).context["form"].initial == form.initial
    link.refresh_from_db()
    assert (link.gives, link.charity) == (Gives.CHARITY, schools)


def test_who_signed_in_long_ago_may_have_it_back(client, linwei, link):
    giving.choose(link=link, gives=Gives.NONE)
    client.force_login(linwei)

    assert client.post(path_of(link), {"gives": "keep"}).status_code == 302


def test_where_it_goes_is_on_record_with_what_was_before(mine, linwei, link, schools):
    mine.post(path_of(link), {"gives": "charity", "charity": schools.pk})
    mine.post(path_of(link), {"gives": "charity", "charity": schools.pk})
    mine.post(path_of(link), {"gives": "none"})

    given, given_up = AuditEvent.objects.filter(act="link.gives_changed").order_by("pk")
    to_schools = {"gives": "charity", "charity": schools.pk}
    assert (given.actor, given.subject) == (f"person:{linwei.pk}", f"link:{link.pk}")
    assert (given.before, given.after) == ({"gives": "keep", "charity": None}, to_schools)
    assert (given_up.before, given_up.after) == (to_schools, {"gives": "none", "charity": None})


# --- what the world reads ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gives", "english", "chinese"),
    [
        ("keep", "they may earn ¥6.80 if you buy", "你下单后 TA 可能获得佣金 ¥6.80"),
        ("buyer", "they give you ¥6.80 off the price", "TA 把佣金让给你，立减 ¥6.80"),
        (
            "charity",
            "they give ¥6.80 to Hill School Libraries if you buy",
            "你下单后 TA 把佣金 ¥6.80 捐给山里小学图书角",
        ),
        ("none", "they earn nothing by it", "TA 不拿佣金"),
    ],
)
def test_whoever_opens_the_link_reads_who_gains(link, schools, gives, english, chinese):
    giving.choose(link=link, gives=gives, charity=schools)
    path = f"/s/{link.code}"

    assert english in text_of(Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en").get(path))
    assert chinese in text_of(Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="zh-hans").get(path))


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("keep", "林薇 may earn ¥6.80 if you buy"),
        ("buyer", "林薇 gives you ¥6.80 off the price"),
        ("charity", "林薇 gives ¥6.80 to Hill School Libraries if you buy"),
        ("none", "林薇 earns nothing if you buy"),
    ],
)
def test_previews_say_it_too(linwei, link, schools, gives, said):
    linwei.language = "en"
    linwei.save(update_fields=["language"])
    giving.choose(link=link, gives=gives, charity=schools)

    page = Client(headers={"user-agent": "WhatsApp/2.23"}).get(f"/s/{link.code}")

    assert said in page.content.decode()


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("keep", "林薇 brought you here and may earn if you buy; each product says how much"),
        ("buyer", "林薇 brought you here and gives you something off; each product says how much"),
        (
            "charity",
            "林薇 brought you here and gives to Hill School Libraries if you buy;"
            " each product says how much",
        ),
        ("none", "林薇 brought you here and earns nothing by it"),
    ],
)
def test_the_shops_page_says_it_too(link, schools, gives, said):
    giving.choose(link=link, gives=gives, charity=schools)
    phone = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en")
    phone.cookies[COOKIE_NAME] = cookie_with([], touch_of(link))

    assert said in text_of(phone.get("/shanli"))


# --- the sharer's own pages ----------------------------------------------------------------


def test_the_sharer_reads_what_became_of_what_was_left_to_a_charity(
    mine, noon, link, schools, hill_shop, xiaoyu
):
    giving.choose(link=link, gives=Gives.CHARITY, charity=schools)
    order(hill_shop, xiaoyu, [touch_of(link)])
    pay_in(minor=6800)
    commissions.paid(line_key="L1", at=NOON)
    complete("L1")
    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 1

    page, story = text_of(mine.get("/me/earnings")), text_of(mine.get("/me/earnings/L1"))

    assert "You gave away ¥6.80, to buyers and charities." in page
    assert "Given to a charity" in page
    assert "You left it to Hill School Libraries, not to yourself." in story
    assert "Given to Hill School Libraries" in story
    assert "Yours to withdraw" not in story
    assert "Given to a charity" in mine.get("/me/earnings.csv").getvalue().decode()
    assert mine.get(f"/me/links/{link.code}").status_code == 200


def test_the_sharer_reads_what_was_given_to_the_buyer(mine, noon, link, hill_shop, xiaoyu):
    giving.choose(link=link, gives=Gives.BUYER)
    order(hill_shop, xiaoyu, [touch_of(link)])
    commissions.paid(line_key="L1", at=NOON)

    page, story = text_of(mine.get("/me/earnings")), text_of(mine.get("/me/earnings/L1"))

    assert "You gave away ¥6.80, to buyers and charities." in page
    assert "Given to the buyer" in page
    assert "You gave it to the buyer: they paid ¥6.80 less." in story
    assert "Received" not in story
    assert "Given to the buyer" in mine.get("/me/earnings.csv").getvalue().decode()
    assert mine.get(f"/me/links/{link.code}").status_code == 200
