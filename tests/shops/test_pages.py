"""Opening, sign, terms, staff and followers, and all that can be sent to their pages."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from audit.models import AuditEvent
from people.models import Person
from shops.models import Follow, Membership, Shop
from shops.web import SESSION_KEY

OPEN = {"name": "林薇的小店", "handle": "linwei", "theme": "plum"}
SIGN = {
    "part": "sign",
    "name": "山里的店",
    "sentence": "自家蜂场",
    "story": "两代人。",
    "place": "秦岭",
    "theme": "ink",
}
TERMS = {
    "part": "terms",
    "return_days": "14",
    "shipping_minor": "8",
    "free_shipping_from_minor": "99",
    "ships_within_hours": "72",
}


@pytest.fixture
def guest(client, linwei):
    """Lin Wei, signed in, without a shop."""
    client.force_login(linwei)
    return client


@pytest.fixture
def owner(client, hill_shop, chen):
    client.force_login(chen)
    return client


class TestOpening:
    def test_anonymous_signs_in_and_comes_back(self, client, db):
        assert client.get("/open").url == "/accounts/login/?next=/open"

    def test_name_and_address_are_suggested(self, guest):
        page = guest.get("/open")

        assert page.status_code == 200
        assert "林薇" in page.context["form"]["name"].value()
        assert page.context["form"]["handle"].value()

    def test_one_press_opens_it_and_leads_to_the_first_product(self, guest, linwei):
        answer = guest.post("/open", OPEN)

        shop = Shop.objects.get()
        assert answer.url == "/shop/products/new"
        assert (shop.owner, shop.handle, shop.theme) == (linwei, "linwei", "plum")

    def test_a_second_press_opens_no_second_shop(self, guest):
        guest.post("/open", OPEN)
        again = guest.post("/open", OPEN)

        assert again.url == "/shop/products/new"
        assert Shop.objects.count() == 1

    def test_who_has_a_shop_is_offered_to_go_there(self, owner):
        assert 'href="/shop/?shop=shanli"' in owner.get("/open").text

    def test_a_taken_address_is_said_beside_it_and_the_name_stays(self, guest, hill_shop):
        page = guest.post("/open", OPEN | {"handle": "shanli"})

        assert page.status_code == 422
        assert "handle" in page.context["form"].errors
        assert "林薇的小店" in page.text
        assert Shop.objects.count() == 1

    def test_capital_letters_are_read_as_small_ones(self, guest):
        guest.post("/open", OPEN | {"handle": "LinWei"})

        assert Shop.objects.get().handle == "linwei"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": " \u00a0 "},
            {"name": "\u3164"},
            {"name": "\u200b\u202e"},
            {"name": "店" * 41},
            {"name": "x\x00"},
            {"name": "x" * 1_000_000},
            {"handle": ""},
            {"handle": "ab"},
            {"handle": "a" * 31},
            {"handle": "-abc"},
            {"handle": "аpple"},
            {"handle": "admin"},
            {"handle": "api"},
            {"handle": "static"},
            {"handle": ".well-known"},
            {"handle": "xn--abc"},
            {"handle": "a/b"},
            {"handle": "abc\x00"},
            {"handle": "山里"},
            {"handle": "abc\n"},
            {"theme": ""},
            {"theme": "neon"},
        ],
        ids=lambda wrong: repr(wrong)[:30],
    )
    def test_a_mistake_is_said_beside_its_field(self, guest, wrong):
        page = guest.post("/open", OPEN | wrong)

        [name] = wrong
        if wrong != {"handle": "abc\n"}:  # a blank at the end is nobody's mistake
            assert page.status_code == 422
            assert name in page.context["form"].errors
            assert not Shop.objects.exists()

    def test_fields_that_are_not_ours_change_nothing(self, guest, linwei):
        extra = {"owner": "1", "trusted_at": "2020-01-01", "state": "closed", "currency": "USD"}
        guest.post("/open", OPEN | extra)

        shop = Shop.objects.get()
        assert (shop.owner, shop.trusted_at, shop.state, shop.currency) == (
            linwei,
            None,
            "open",
            "CNY",
        )

    @pytest.mark.parametrize("method", ["put", "delete", "patch"])
    def test_other_methods_are_refused(self, guest, method):
        assert getattr(guest, method)("/open").status_code == 405


class TestSettings:
    def test_the_sign_changes_and_who_did_it_is_kept(self, owner, hill_shop):
        answer = owner.post("/shop/settings", SIGN)

        hill_shop.refresh_from_db()
        assert answer.status_code == 302
        assert (hill_shop.name, hill_shop.theme, hill_shop.place) == ("山里的店", "ink", "秦岭")
        event = AuditEvent.objects.get()
        assert (event.before["theme"], event.after["theme"]) == ("tea", "ink")

    def test_the_terms_change_in_minor_units(self, owner, hill_shop):
        owner.post("/shop/settings", TERMS)

        terms = hill_shop.terms
        terms.refresh_from_db()
        assert (terms.commission_bp, terms.return_days) == (1000, 14)
        assert (terms.shipping_minor, terms.free_shipping_from_minor) == (800, 9900)
        assert terms.ships_within_hours == 72
        assert AuditEvent.objects.get().before["return_days"] == 7

    def test_the_rate_is_shown_and_changed_elsewhere(self, owner, hill_shop):
        hill_shop.terms.commission_bp = 1250
        hill_shop.terms.save()

        page = owner.get("/shop/settings").text
        assert "12.5%" in page
        assert 'href="/shop/sharers/rates"' in page
        assert 'name="commission_bp"' not in page

    def test_saving_without_a_change_leaves_no_trace(self, owner, hill_shop):
        owner.post("/shop/settings", SIGN)
        owner.post("/shop/settings", SIGN)

        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"sentence": "句" * 81},
            {"story": "x" * 4001},
            {"place": "x" * 41},
            {"theme": "neon"},
            {"name": "x\x00"},
        ],
        ids=lambda wrong: repr(wrong)[:30],
    )
    def test_a_mistake_in_the_sign(self, owner, hill_shop, wrong):
        page = owner.post("/shop/settings", SIGN | wrong)

        hill_shop.refresh_from_db()
        assert page.status_code == 422
        assert list(page.context["sign"].errors) == list(wrong)
        assert hill_shop.name == "山里的小店"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"return_days": "6"},
            {"return_days": "91"},
            {"return_days": "seven"},
            {"return_days": "9" * 5000},
            {"shipping_minor": "-1"},
            {"shipping_minor": "1.001"},
            {"shipping_minor": "99999999"},
            {"free_shipping_from_minor": "0"},
            {"ships_within_hours": "1"},
            {"ships_within_hours": "x"},
        ],
        ids=lambda wrong: repr(wrong)[:40],
    )
    def test_a_mistake_in_the_terms(self, owner, hill_shop, wrong):
        page = owner.post("/shop/settings", TERMS | wrong)

        hill_shop.terms.refresh_from_db()
        assert page.status_code == 422
        assert list(page.context["terms"].errors) == list(wrong)
        assert (hill_shop.terms.return_days, hill_shop.terms.ships_within_hours) == (7, 48)

    @pytest.mark.parametrize("part", ["", "owner", "sign\x00"])
    def test_a_form_that_is_not_ours_changes_nothing(self, owner, hill_shop, part):
        assert owner.post("/shop/settings", SIGN | {"part": part}).status_code == 422

        hill_shop.refresh_from_db()
        assert hill_shop.name == "山里的小店"

    def test_a_face_is_cut_square_and_written_anew(self, owner, hill_shop, settings):
        out = BytesIO()
        Image.new("RGB", (100, 60)).save(out, "PNG")
        face = SimpleUploadedFile("x.png", out.getvalue())

        owner.post("/shop/settings", SIGN | {"avatar": face})

        hill_shop.refresh_from_db()
        assert hill_shop.avatar.startswith("shop-")
        assert Image.open(settings.MEDIA_ROOT / f"people/{hill_shop.avatar}-96.webp").size == (
            60,
            60,
        )

    @pytest.mark.parametrize("content", [b"<svg/>", b"x", bytes(9 * 1024 * 1024)], ids=len)
    def test_a_file_that_is_no_picture_is_refused_and_nothing_changes(
        self, owner, hill_shop, content
    ):
        page = owner.post("/shop/settings", SIGN | {"avatar": SimpleUploadedFile("x.png", content)})

        hill_shop.refresh_from_db()
        assert page.status_code == 422
        assert "avatar" in page.context["sign"].errors
        assert (hill_shop.avatar, hill_shop.name) == ("", "山里的小店")


class TestStaff:
    @pytest.mark.parametrize(
        "who",
        ["linwei@example.test", "LINWEI@example.test ", "138 0013 8000", "+86-138-0013-8000",
         "id", "small id", "page"],
    )  # fmt: skip
    def test_somebody_is_added_by_address_phone_or_page(self, owner, linwei, hill_shop, who):
        Person.objects.filter(pk=linwei.pk).update(phone="+8613800138000", public_id="7K3M9PX2QA")
        ways = {"id": "7K3M9PX2QA", "small id": "7k3m9px2qa", "page": "https://w.cn/u/7K3M9PX2QA"}
        who = ways.get(who, who)

        answer = owner.post("/shop/staff", {"who": who, "role": "packer"})

        assert answer.status_code == 302
        assert Membership.objects.get(person=linwei).role == "packer"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"who": ""},
            {"who": "nobody@example.test"},
            {"who": "0000000000"},
            {"who": "a@b\nBcc: c@d"},
            {"who": "x" * 300},
            {"who": "x\x00"},
            {"role": "owner"},
            {"role": "king"},
            {"role": ""},
        ],
        ids=lambda wrong: repr(wrong)[:30],
    )
    def test_a_mistake_adds_nobody(self, owner, linwei, wrong):
        sent = {"who": linwei.public_id, "role": "packer"} | wrong

        assert owner.post("/shop/staff", sent).status_code == 422
        assert Membership.objects.count() == 1

    def test_adding_somebody_twice_is_said(self, owner, chen):
        page = owner.post("/shop/staff", {"who": chen.public_id, "role": "packer"})

        assert page.status_code == 422
        assert Membership.objects.get().role == "owner"

    def test_somebody_is_removed(self, owner, linwei, hill_shop):
        Membership.objects.create(shop=hill_shop, person=linwei, role="packer")
        path = f"/shop/staff/{linwei.public_id}/remove"

        assert owner.get(path).status_code == 405
        assert owner.post(path).status_code == 302
        assert owner.post(path).status_code == 404
        assert Membership.objects.count() == 1

    def test_the_owner_stays(self, owner, chen):
        assert owner.post(f"/shop/staff/{chen.public_id}/remove").status_code == 409
        assert Membership.objects.count() == 1


@pytest.mark.parametrize("path", ["/shop/settings", "/shop/staff", "/shop/staff/{id}/remove"])
@pytest.mark.parametrize(
    ("role", "status"), [("anonymous", 302), (None, 302), ("manager", 404), ("packer", 404)]
)
def test_only_the_owner_keeps_the_shop(client, hill_shop, chen, linwei, path, role, status):
    if role in {"manager", "packer"}:
        Membership.objects.create(shop=hill_shop, person=linwei, role=role)
    if role != "anonymous":
        client.force_login(linwei)

    answer = client.post(path.format(id=chen.public_id), SIGN | {"who": linwei.public_id})

    assert answer.status_code == status
    hill_shop.refresh_from_db()
    assert hill_shop.name == "山里的小店"


class TestSeveralShops:
    def test_the_one_asked_for_is_remembered(self, owner, chen):
        tea = Shop.objects.create(owner=chen, handle="tea-house", name="茶馆")
        Membership.objects.create(shop=tea, person=chen, role="owner")

        assert owner.get("/shop/staff").context["shop"].handle == "shanli"
        assert owner.get("/shop/staff?shop=tea-house").context["shop"] == tea
        assert owner.get("/shop/staff").context["shop"] == tea

    @pytest.mark.parametrize("handle", ["wulan", "no-such", "x" * 5000, "%F0%9F%8D%AF"])
    def test_anothers_is_not_found(self, owner, wulan, handle):
        other = Shop.objects.create(owner=wulan, handle="wulan", name="W")
        Membership.objects.create(shop=other, person=wulan, role="owner")

        assert owner.get(f"/shop/staff?shop={handle}").status_code == 404

    def test_a_shop_one_no_longer_works_in_is_forgotten(self, owner, hill_shop):
        session = owner.session
        session[SESSION_KEY] = 987654
        session.save()

        assert owner.get("/shop/staff").context["shop"] == hill_shop


class TestFollowing:
    def test_following_twice_is_following_once(self, guest, hill_shop):
        for _ in range(2):
            assert guest.post("/shops/shanli/follow", {"act": "follow"}).url == "/shanli"

        assert Follow.objects.count() == 1

    def test_one_stops_following(self, guest, hill_shop):
        guest.post("/shops/shanli/follow")
        guest.post("/shops/shanli/follow", {"act": "unfollow"})
        guest.post("/shops/shanli/follow", {"act": "unfollow"})

        assert not Follow.objects.exists()

    def test_anonymous_signs_in_and_comes_back_to_the_shop(self, client, hill_shop):
        answer = client.post("/shops/shanli/follow")

        assert answer.url == "/accounts/login/?next=/shanli"
        assert not Follow.objects.exists()

    def test_an_unknown_or_closed_shop_is_not_found(self, guest, hill_shop):
        assert guest.post("/shops/nobody/follow").status_code == 404
        hill_shop.state = "closed"
        hill_shop.save()
        assert guest.post("/shops/shanli/follow").status_code == 404

    def test_a_link_follows_nobody(self, guest, hill_shop):
        assert guest.get("/shops/shanli/follow").status_code == 405


@pytest.mark.parametrize("path", ["/open", "/shop/staff"])
def test_a_form_sent_empty_is_a_form_to_mend(owner, path):
    assert owner.post(path).status_code == 422
    assert Shop.objects.count() == Membership.objects.count() == 1
