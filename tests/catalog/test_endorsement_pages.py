"""Saying what one thinks: who may, who may not, and what a mistake looks like."""

from __future__ import annotations

import pytest

from catalog import endorsing, listing
from catalog.models import Endorsement
from kit.public_ids import public_id
from people.models import Block, Person

SAID = {"verdict": "yes", "words": "每天早上一勺", "visibility": "friends"}


@pytest.fixture
def endorse_path(honey):
    return f"/p/{honey.public_id}/endorse"


def test_who_received_it_finds_three_choices(client, linwei, received, endorse_path):
    received(linwei)
    client.force_login(linwei)

    page = client.get(endorse_path)

    assert page.status_code == 200
    assert page.text.count('name="verdict"') == 3


def test_a_yes_leads_to_sharing(client, linwei, received, honey, endorse_path):
    received(linwei)
    client.force_login(linwei)

    answer = client.post(endorse_path, SAID)

    said = Endorsement.objects.get()
    assert answer.url == f"/p/{honey.public_id}/share"
    assert (said.person, said.verdict, said.words, said.visibility) == (
        linwei,
        "yes",
        "每天早上一勺",
        "friends",
    )


@pytest.mark.parametrize("verdict", ["so_so", "no"])
def test_anything_else_leads_to_what_was_said(
    client, linwei, received, honey, endorse_path, verdict
):
    received(linwei)
    client.force_login(linwei)

    answer = client.post(endorse_path, SAID | {"verdict": verdict})

    assert answer.url == f"/p/{honey.public_id}/endorsements"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": ""},
        {"verdict": "6"},
        {"verdict": "yes\x00"},
        {"words": "好" * 61},
        {"words": "x" * 100_000},
        {"words": "x\x00"},
        {"visibility": ""},
        {"visibility": "all"},
    ],
    ids=lambda wrong: repr(wrong)[:40],
)
def test_a_mistake_is_said_beside_its_field(client, linwei, received, endorse_path, wrong):
    received(linwei)
    client.force_login(linwei)

    answer = client.post(endorse_path, SAID | wrong)

    assert answer.status_code == 422
    assert not Endorsement.objects.exists()


def test_words_pasted_in_two_lines_become_one(client, linwei, received, endorse_path):
    received(linwei)
    client.force_login(linwei)

    assert client.post(endorse_path, SAID | {"words": "一\n二"}).status_code == 302

    assert Endorsement.objects.get().words == "一 二"


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_received_nothing_is_told_so(client, linwei, endorse_path, method):
    client.force_login(linwei)

    answer = getattr(client, method)(endorse_path, SAID)

    assert answer.status_code == 409
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_vendor_is_told_it_is_their_own_shop(client, chen, received, endorse_path, method):
    received(chen)
    client.force_login(chen)

    answer = getattr(client, method)(endorse_path, SAID)

    assert answer.status_code == 409
    assert not Endorsement.objects.exists()


def test_anonymous_signs_in_first(client, endorse_path):
    assert client.post(endorse_path, SAID).url.startswith("/accounts/login/")


def test_what_was_taken_down_can_still_be_spoken_of_by_who_has_it(
    client, linwei, xiaoyu, received, honey, endorse_path
):
    received(linwei)
    listing.unlist(product=honey)
    client.force_login(linwei)
    assert client.get(endorse_path).status_code == 200

    client.force_login(xiaoyu)
    assert client.get(endorse_path).status_code == 404


def test_an_unknown_product_is_not_found(client, linwei):
    client.force_login(linwei)

    assert client.get(f"/p/{public_id()}/endorse").status_code == 404
    assert client.get(f"/p/{public_id()}/endorsements").status_code == 404


def test_words_are_taken_back_by_their_writer_alone(client, linwei, xiaoyu, says, honey):
    says(linwei)
    path = f"/p/{honey.public_id}/endorse/withdraw"
    client.force_login(xiaoyu)
    assert client.post(path).status_code == 404

    client.force_login(linwei)
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == 302
    assert Endorsement.objects.get().withdrawn_at is not None
    assert client.post(path).status_code == 404


def test_everybody_sees_that_words_were_taken_back_but_not_the_words(client, linwei, says, honey):
    says(linwei, words="好吃极了")
    client.force_login(linwei)
    client.post(f"/p/{honey.public_id}/endorse/withdraw")
    client.logout()

    page = client.get(f"/p/{honey.public_id}/endorsements").text

    assert "林薇" in page
    assert "好吃极了" not in page


@pytest.mark.parametrize(("meant_for", "shop_reads"), [("vendor", True), ("friends", False)])
def test_the_shop_reads_a_no_that_was_meant_for_it(
    client, linwei, chen, says, honey, meant_for, shop_reads
):
    says(linwei, verdict="no", words="太甜了", visibility=meant_for)
    path = f"/p/{honey.public_id}/endorsements"
    assert "太甜了" not in client.get(path).text

    client.force_login(chen)
    assert ("太甜了" in client.get(path).text) is shop_reads


def test_what_is_not_on_sale_shows_strangers_nothing(client, honey, chen):
    listing.unlist(product=honey)
    path = f"/p/{honey.public_id}/endorsements"
    assert client.get(path).status_code == 404

    client.force_login(chen)
    assert client.get(path).status_code == 200


def test_what_one_told_the_shop_alone_is_marked_so_and_can_be_changed(client, linwei, says, honey):
    says(linwei, verdict="no", words="太甜了", visibility="vendor")
    client.force_login(linwei)

    page = client.get(f"/p/{honey.public_id}/endorsements").text

    assert "太甜了" in page
    assert "仅店主" in page
    assert "修改我的推荐" in page


def test_the_twenty_first_stands_on_the_second_page(client, says, honey):
    for number in range(21):
        says(Person.objects.create_user(name=f"顾客{number}", email=f"g{number}@example.test"))
    path = f"/p/{honey.public_id}/endorsements"

    first, second = client.get(path).text, client.get(path, {"page": "2"}).text

    assert [first.count('id="e-'), second.count('id="e-')] == [20, 1]
    assert "顾客0<" in second


def test_blocked_people_are_not_even_seen_to_have_withdrawn(client, linwei, xiaoyu, says, honey):
    endorsing.withdraw(endorsement=says(linwei), person=linwei)
    path = f"/p/{honey.public_id}/endorsements"
    client.force_login(xiaoyu)
    assert "林薇" in client.get(path).text

    Block.objects.create(blocker=linwei, blocked=xiaoyu)

    page = client.get(path).text
    assert "林薇" not in page
    assert "还没有人推荐" in page


def test_the_day_is_written_as_everywhere(client, noon, linwei, says, honey):
    says(linwei)

    page = client.get(f"/p/{honey.public_id}/endorsements", headers={"accept-language": "en"})

    assert ">Sun 22 Nov</time>" in page.text


def test_a_form_sent_empty_is_a_form_to_mend(client, linwei, received, endorse_path):
    received(linwei)
    client.force_login(linwei)

    assert client.post(endorse_path).status_code == 422
    assert not Endorsement.objects.exists()
