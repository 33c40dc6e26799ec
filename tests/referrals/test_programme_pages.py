"""The vendor's pages of the programme, and the sharer's: money in words, and whose they are."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from notifications.models import Notice
from people import friendships
from people.models import AddressAsked, Person
from referrals import links, programme
from referrals.models import Commission, Invitation, Programme, Removal, ShareLink
from shops.models import Membership
from tests.referrals.money import take_back
from tests.referrals.programme import RATES, SHARERS, WHO, text_of

MINE = "/me/sharing"


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


# --- the editor sends rates here --------------------------------------------------------------


# --- who may share for pay ----------------------------------------------------------------------


def test_the_rule_is_chosen_and_shown(hers, hill_shop):
    assert "Everybody who shares your goods." in text_of(hers.get(SHARERS))

    assert hers.post(WHO, {"part": "who", "who": "followers"})["Location"] == WHO
    assert programme.who_of(hill_shop) == "followers"
    assert "People who follow your shop" in text_of(hers.get(SHARERS))


def test_what_was_shown_of_another_shop_is_not_saved_in_this_one(hers, hill_shop, link, linwei):
    sent = {"shop": "second", "part": "who", "who": "followers", "reason": "x"}

    assert hers.post(WHO, sent).status_code == 409
    assert hers.post(f"{SHARERS}/{linwei.public_id}/remove", sent).status_code == 409
    assert not Programme.objects.exists()
    assert not Removal.objects.exists()
    assert 'name="shop" value="shanli"' in hers.get(WHO).content.decode()


@pytest.mark.parametrize("who", ["", "friends", "\x00", "x" * 1000])
def test_no_other_rule_can_be_sent(hers, hill_shop, who):
    page = hers.post(WHO, {"part": "who", "who": who})

    assert page.status_code == 422
    assert list(page.context["who"].errors) == ["who"]
    assert not Programme.objects.exists()


@pytest.mark.parametrize("by", ["link", "code"])
def test_somebody_is_invited_by_their_page(hers, hill_shop, xiaoyu, by):
    named = {"link": f"http://localhost:8000/u/{xiaoyu.public_id}", "code": xiaoyu.public_id}[by]

    assert hers.post(WHO, {"part": "invite", "person": named})["Location"] == WHO

    assert Invitation.objects.get().person == xiaoyu
    page = text_of(hers.get(WHO))
    assert "周晓雨 is told that you invite them." in page
    assert hers.post(f"{SHARERS}/{xiaoyu.public_id}/withdraw")["Location"] == WHO
    assert "Nobody is invited yet" in text_of(hers.get(WHO))


def invited(browser, named) -> tuple[int, str]:
    """Say what a vendor reads who types this address, but for the token of the form."""
    answer = browser.post(WHO, {"part": "invite", "person": named}, follow=True)
    said = answer.content.decode().replace(str(answer.context["csrf_token"]), "")
    return answer.status_code, re.sub(r'value="[^"]{64}"|nonce="[^"]*"', "", said)


def test_of_an_address_nobody_learns_whom_it_reached(hers, hill_shop, link, xiaoyu, chen, linwei):
    """One is here, one is not, one works here and one was removed."""
    Person.objects.filter(pk=xiaoyu.pk).update(phone="+8613800138000")
    programme.remove(shop=hill_shop, person=linwei, reason="x", by=chen)
    addresses = (
        *("Xiaoyu@Example.test", "138 0013 8000", "nobody@example.test", "139 0013 9000"),
        *("chen@example.test", "linwei@example.test"),
    )

    answers = {invited(hers, named) for named in addresses}

    [(status, said)] = answers
    assert status == 200
    assert "If they are here, they will see your invitation." in said
    assert "Nobody is invited yet" in said
    assert "周晓雨" not in said
    row = Invitation.objects.get()
    assert (row.person, row.by_address) == (xiaoyu, True)
    assert Notice.objects.filter(person=xiaoyu, kind="sharing_invited").count() == 1
    assert AddressAsked.objects.filter(sender=chen).count() == 6
    path = f"{SHARERS}/{xiaoyu.public_id}"
    assert (hers.get(path).status_code, hers.post(f"{path}/withdraw").status_code) == (404, 404)


def test_whom_an_address_reached_is_shown_once_they_share(hers, hill_shop, honey, xiaoyu):
    invited(hers, xiaoyu.email)
    links.link_for(person=xiaoyu, product=honey)

    assert "周晓雨" in text_of(hers.get(WHO))
    assert hers.post(f"{SHARERS}/{xiaoyu.public_id}/withdraw")["Location"] == WHO
    assert Invitation.objects.get().withdrawn_at is not None


def test_an_address_and_then_the_person_are_one_invitation(hers, hill_shop, xiaoyu):
    invited(hers, xiaoyu.email)

    _status, said = invited(hers, xiaoyu.public_id)

    assert "周晓雨 is told that you invite them." in said
    assert Invitation.objects.get().by_address is False


def test_addresses_of_invitations_count_like_those_of_friends(
    hers, hill_shop, xiaoyu, chen, monkeypatch
):
    monkeypatch.setattr(friendships, "MOST_REQUESTS_A_DAY", 1)
    friendships.ask_by_address(sender=chen, email="nobody@example.test")

    for named in (xiaoyu.email, "nobody@example.test"):
        assert invited(hers, named)[0] == 429

    assert not Invitation.objects.exists()
    assert AddressAsked.objects.count() == 1


def test_who_cannot_be_invited_is_said_beside_the_field(hers, hill_shop, link, chen, linwei):
    programme.remove(shop=hill_shop, person=linwei, reason="x", by=chen)
    for named, words in (
        (f"/u/{linwei.public_id}", "Undo that on their page first"),
        (f"/u/{chen.public_id}", "works here"),
        ("/u/ZZZZZZZZZZ", "Nobody here has this"),
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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does before long

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
