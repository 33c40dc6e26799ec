"""The pages of certificates: issued, renewed, checked by anybody, and seen by the vendor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog import authorising, brand_minding, brands
from catalog.models import Certificate, Product
from kit import clock
from shops.models import Shop
from tests.catalog.brands import CERTIFICATE, text


def owners_pages(brand, certificate):
    return [
        f"/me/brands/{brand.public_id}",
        f"/me/brands/{brand.public_id}/issue",
        f"/me/certificates/{certificate.public_id}",
    ]


# --- issuing ------------------------------------------------------------------------------------


def test_a_certificate_is_issued_on_one_page(her, shanmi, hill_shop):
    answer = her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE)

    certificate = Certificate.objects.get()
    assert answer["Location"] == f"/me/certificates/{certificate.public_id}"
    assert (certificate.shop, certificate.areas) == (hill_shop, ["陕西", "四川"])
    assert (certificate.price_min_minor, certificate.price_max_minor) == (5000, 8000)
    assert certificate.channels == ["wechat", "weibo"]
    assert certificate.starts_at.isoformat() == "2026-11-21T16:00:00+00:00"  # midnight in Shanghai
    assert certificate.ends_at.isoformat() == "2027-11-21T16:00:00+00:00"
    page = text(her.get(answer["Location"]))
    assert "2026-11-22 – 2027-11-21" in page
    assert "¥50.00 – ¥80.00" in page


@pytest.mark.parametrize("typed", ["shanli", "/shanli", "https://weidian.example/shanli?c=1"])
def test_a_shop_is_named_as_people_copy_it(her, shanmi, hill_shop, typed):
    her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE | {"shop": typed})
    assert Certificate.objects.get().shop == hill_shop


def test_products_are_named_by_their_pages(her, shanmi, honey):
    path = f"/me/brands/{shanmi.public_id}/issue"
    address = f"https://weidian.example/p/{honey.public_id}"
    her.post(path, CERTIFICATE | {"products": address})

    certificate = Certificate.objects.get()
    assert certificate.for_products
    assert list(certificate.products.all()) == [honey]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shop": "nowhere"}, "There is no open shop at this address."),
        ({"shop": "../etc"}, "There is no open shop at this address."),
        ({"last_day": "2026-11-21"}, "This day is over."),
        ({"last_day": "9999-12-31"}, "At most three years from today."),
        ({"last_day": "2030-01-01"}, "At most three years from today."),
        ({"first_day": "0001-01-01"}, "This day is too far away."),
        ({"first_day": "2027-12-01"}, "The last day comes before the first."),
        ({"last_day": "31.12.2026"}, "Enter a valid date."),
        ({"price_min": "90"}, "This is lower than the lowest price."),
        ({"price_min": "0"}, "The smallest amount is"),
        ({"products": "AAAAAAAAAA"}, "One of these is no product of this shop."),
        ({"products": "not an address"}, "One of these is no product of this shop."),
        ({"channels": ["fax"]}, "Select a valid choice."),
        ({"category": "9999999"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_issued_is_said_beside_its_field(her, shanmi, hill_shop, change, words):
    answer = her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE | change)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not Certificate.objects.exists()


def test_only_a_verified_brand_issues(her, registered, hill_shop):
    path = f"/me/brands/{registered.public_id}/issue"
    assert her.get(path).status_code == 409
    assert her.post(path, CERTIFICATE).status_code == 409
    assert not Certificate.objects.exists()


def test_renewing_and_revoking_stand_on_its_page(her, shanmi, issued, honey, writes):
    certificate = issued(days=30)
    writes()
    path = f"/me/certificates/{certificate.public_id}"
    assert her.post(path, {"act": "renew", "last_day": "2026-11-01"}).status_code == 422
    assert her.post(path, {"act": "revoke", "reason": " "}).status_code == 422
    assert her.post(path, {}).status_code == 422
    assert Certificate.objects.count() == 1

    her.post(path, {"act": "renew", "last_day": "2027-06-30"})
    renewed = Certificate.objects.get(renews=certificate)
    assert renewed.ends_at.isoformat() == "2027-06-30T16:00:00+00:00"
    assert "Renewed until" in text(her.get(path))
    assert her.post(path, {"act": "renew", "last_day": "2027-07-30"}).status_code == 409

    again = f"/me/certificates/{renewed.public_id}"
    her.post(again, {"act": "revoke", "reason": "Sold elsewhere."})
    her.post(path, {"act": "revoke", "reason": "Sold elsewhere."})
    honey.refresh_from_db()
    assert honey.state == Product.State.UNLISTED
    assert her.post(path, {"act": "revoke", "reason": "Again."}).status_code == 409


@pytest.mark.parametrize("last_day", ["2027-06-29", "2027-06-30"])
def test_a_renewal_that_ends_no_later_is_said_beside_its_field(her, shanmi, hill_shop, last_day):
    her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE | {"last_day": "2027-06-30"})
    path = f"/me/certificates/{Certificate.objects.get().public_id}"

    answer = her.post(path, {"act": "renew", "last_day": last_day})

    assert answer.status_code == 422
    assert "The last day comes before the first." in text(answer)
    assert Certificate.objects.count() == 1

    her.post(path, {"act": "renew", "last_day": "2027-07-01"})
    assert Certificate.objects.latest("pk").ends_at.isoformat() == "2027-07-01T16:00:00+00:00"


def test_nothing_is_renewed_for_a_brand_that_was_closed(her, shanmi, issued, mei):
    certificate = issued(days=30)
    Certificate.objects.filter(pk=certificate.pk).update(state="ended")
    brands.close(brand=shanmi, by=mei, reason="Sold.")

    answer = her.post(
        f"/me/certificates/{certificate.public_id}", {"act": "renew", "last_day": "2027-06-30"}
    )

    assert answer.status_code == 409
    assert Certificate.objects.count() == 1


def test_a_strangers_brand_is_not_there(client, shanmi, issued, chen, hill_shop):
    certificate = issued()
    client.force_login(chen)
    for path in owners_pages(shanmi, certificate):
        assert client.get(path).status_code == 404
        assert client.post(path, {"act": "revoke", "reason": "x"}).status_code == 404
    assert client.post(f"/me/brands/{shanmi.public_id}/close", {"reason": "x"}).status_code == 404
    certificate.refresh_from_db()
    assert certificate.state == "issued"


def test_closing_asks_for_a_reason(her, shanmi):
    path = f"/me/brands/{shanmi.public_id}/close"
    assert her.get(path).status_code == 405
    assert her.post(path).status_code == 422
    her.post(path, {"reason": "Sold."})
    shanmi.refresh_from_db()
    assert shanmi.state == "closed"
    assert her.get(f"/me/brands/{shanmi.public_id}").status_code == 200
    assert her.post(path, {"reason": "Twice."}).status_code == 409


# --- for everybody ------------------------------------------------------------------------------


def test_anybody_checks_a_certificate(client, issued, writes):
    certificate = issued(days=30, areas=["陕西"], channels=["wechat"])
    client.cookies["django_language"] = "en"
    path = f"/b/{certificate.public_id}"
    answer = client.get(path)

    page = text(answer)
    assert "Shanmi has authorised 山里的小店" in page
    assert "2026-11-22 – 2026-12-22" in page
    assert "Passed on to others not allowed" in page
    assert f"/b/{certificate.public_id}" in page
    assert "<svg" in answer.content.decode()
    assert client.get(path.lower()).status_code == 200


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({"price_min_minor": 5000}, "at least ¥50.00"),
        ({"price_max_minor": 8000}, "at most ¥80.00"),
        ({"price_min_minor": 5000, "price_max_minor": 8000}, "¥50.00 – ¥80.00"),
    ],
)
def test_the_agreed_price_is_said_in_words(client, issued, scope, words):
    client.cookies["django_language"] = "en"
    assert words in text(client.get(f"/b/{issued(**scope).public_id}"))


def test_it_says_so_when_it_is_worth_nothing(client, issued, mei):
    client.cookies["django_language"] = "en"
    early, over = issued(days=30, starts_in=9), issued(days=3)
    revoked = issued(days=20)
    authorising.revoke(certificate=revoked, reason="Fakes were found.", by=mei)

    def page(certificate):
        return text(client.get(f"/b/{certificate.public_id}"))

    assert "will authorise 山里的小店, but not yet" in page(early)
    assert "no longer authorised by Shanmi" in page(revoked)
    assert "Fakes were found." in page(revoked)
    with clock.stopped_at(clock.now() + timedelta(days=3)):
        assert "no longer authorised by Shanmi" in page(over)  # before any sweep
    assert client.get("/b/AAAAAAAAAA").status_code == 404


def test_the_vendor_sees_what_ends_and_what_lacks_one(desk, shanmi, issued, writes, mei):
    desk.cookies["django_language"] = "en"
    assert "No certificates yet" in text(desk.get("/shop/certificates"))
    brands.set_policy(brand=shanmi, policy="mark", by=mei)
    writes()
    page = text(desk.get("/shop/certificates"))
    assert "Listings without a certificate" in page
    assert "marked" in page

    issued(days=10, price_min_minor=9900)
    brand_minding.mind()

    page = text(desk.get("/shop/certificates"))
    assert "Ending soon" in page
    assert "price outside the agreed range" in page
    assert "Listings without a certificate" not in page


def test_the_shelf_says_how_to_solve_it(desk, shanmi, writes, issued, honey):
    desk.cookies["django_language"] = "en"
    writes()
    assert "It names Shanmi (“山蜜”)" in text(desk.get("/shop/products"))
    assert "It names Shanmi (“山蜜”)" in text(desk.get(f"/shop/products/{honey.public_id}"))

    issued(days=3)
    with clock.stopped_at(clock.now() + timedelta(days=3)):
        brand_minding.mind()
    assert "The certificate of Shanmi ended, so it was taken down." in text(
        desk.get("/shop/products")
    )


def test_the_moderator_reads_which_brand_it_is(moderator, shanmi, writes, honey):
    writes()
    hold = honey.holds.waiting().get()

    assert "Shanmi · 山蜜" in text(moderator.get("/desk/?cause=brand"))
    page = moderator.get(f"/desk/{hold.public_id}")
    assert "the brand's owner wants that held back" in text(page).replace("&#x27;", "'")
    assert "请向品牌方要授权证书" in page.content.decode()  # in the vendor's language


@pytest.mark.parametrize("act", ["extend", "RENEW", "\x00", "9" * 5000])
def test_a_button_the_page_has_not_changes_no_certificate(her, shanmi, issued, act):
    certificate = issued(days=30)
    answer = her.post(
        f"/me/certificates/{certificate.public_id}",
        {"act": act, "last_day": "2027-06-30", "reason": "over"},
    )

    assert answer.status_code == 422
    assert "Nothing was changed" in text(answer)
    assert Certificate.objects.get().state == "issued"


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [("CNY", "50.5", 5050), ("JPY", "5000", 5000), ("EUR", "50", 5000), ("KRW", "900", 900)],
)
def test_agreed_prices_are_read_in_the_currency_of_the_shop(
    her, shanmi, hill_shop, currency, typed, minor
):
    Shop.objects.filter(pk=hill_shop.pk).update(currency=currency)
    sent = CERTIFICATE | {"price_min": typed, "price_max": "9999"}

    assert her.post(f"/me/brands/{shanmi.public_id}/issue", sent).status_code == 302

    certificate = Certificate.objects.get()
    assert (certificate.price_min_minor, certificate.currency) == (minor, currency)


def test_a_yen_has_no_hundredths(her, shanmi, hill_shop):
    Shop.objects.filter(pk=hill_shop.pk).update(currency="JPY")
    answer = her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE | {"price_min": "50.5"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["price_min"]
    assert 'value="50.5"' in answer.content.decode()
    assert not Certificate.objects.exists()


def test_a_closed_shop_is_not_led_to(client, issued, hill_shop):
    certificate = issued()
    Shop.objects.filter(pk=hill_shop.pk).update(state="closed")
    page = client.get(f"/b/{certificate.public_id}").content.decode()
    assert 'href="/shanli"' not in page
