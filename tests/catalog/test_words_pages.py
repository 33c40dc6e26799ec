"""Pages around words: photos, the reply, the desk, and what one person stands behind."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import endorsing, photos
from catalog.invariants import INVARIANTS
from catalog.models import Endorsement, EndorsementReply, Photo, WordsHold
from kit.invariants import check
from notifications.models import Notice
from people.models import Block
from tests.catalog.conftest import drawn
from tests.catalog.speaking import people, received, received_and_said, say

SAID = {"verdict": "yes", "words": "每天早上一勺", "visibility": "friends"}

pytestmark = pytest.mark.usefixtures("noon")


def shot(picture, name="jar.jpg"):
    return SimpleUploadedFile(name, picture, "image/jpeg")


def taken(person, colour):
    return photos.take(upload=drawn(colour), by=person)


def broken():
    return sum(found.broken for found in check(INVARIANTS))


@pytest.fixture
def path(honey):
    return f"/p/{honey.public_id}/endorse"


@pytest.fixture
def signed_in(client, linwei, honey):
    """Lin Wei, who has the honey, in Chinese."""
    received(linwei, honey)
    client.force_login(linwei)
    return client


def test_three_taps_after_the_parcel_without_scripts(signed_in, linwei, honey, path):
    notice = Notice.objects.get(person=linwei, kind="endorsement_asked")
    assert notice.path == path  # one: open the notice

    page = signed_in.get(path)  # two: a face; three: say it
    assert 'name="verdict" value="yes"' in page.text
    answer = signed_in.post(path, {"verdict": "yes", "visibility": "friends", "act": "say"})

    assert answer.url == f"/p/{honey.public_id}/share"


@pytest.mark.parametrize("act", ["save", "SAY", "drop:", "later:x", "\x00", "9" * 5000])
def test_a_button_there_is_none_of_is_a_422(signed_in, path, act):
    sent = {"verdict": "yes", "visibility": "friends", "act": act}

    assert signed_in.post(path, sent).status_code == 422
    assert not Endorsement.objects.exists()


def test_nobody_is_asked_twice_about_a_product_or_about_their_own_shop(linwei, chen, honey):
    for one in (linwei, linwei, chen):
        received(one, honey)

    assert [one.person for one in Notice.objects.filter(kind="endorsement_asked")] == [linwei]


def test_a_photo_goes_up_with_the_words_and_stands_with_them(signed_in, honey, path, picture):
    signed_in.post(path, SAID | {"visibility": "everyone", "photos": shot(picture)})

    photo = Photo.objects.get()
    assert [one.photo for one in Endorsement.objects.get().pictures.all()] == [photo]
    assert Endorsement.objects.get().versions.get().photos == [photo.pk]
    signed_in.logout()
    assert photo.name in signed_in.get(f"/p/{honey.public_id}/endorsements").text
    assert broken() == 0


def test_a_photo_outlives_a_mistake_in_the_form(signed_in, path, picture):
    answer = signed_in.post(path, {"words": "好", "photos": shot(picture)})

    assert answer.status_code == 422
    kept = Photo.objects.get()
    assert f'name="photo_ids" value="{kept.pk}"' in answer.text
    signed_in.post(path, SAID | {"photo_ids": [kept.pk]})
    assert Endorsement.objects.get().pictures.get().photo == kept


def test_photos_are_put_in_order_and_dropped_without_scripts(signed_in, linwei, path):
    one, two = taken(linwei, "#aa0000"), taken(linwei, "#00aa00")
    sent = SAID | {"photo_ids": [one.pk, two.pk]}

    moved = signed_in.post(path, sent | {"act": f"later:{one.pk}"}).text
    assert moved.index(f'value="{two.pk}"') < moved.index(f'value="{one.pk}"')
    assert "每天早上一勺" in moved
    dropped = signed_in.post(path, sent | {"act": f"drop:{one.pk}"}).text
    assert f'value="{one.pk}"' not in dropped
    assert not Endorsement.objects.exists()


def test_four_photos_and_not_a_fifth(signed_in, linwei, path, picture):
    four = [taken(linwei, f"#{n}{n}0000").pk for n in (1, 2, 3, 4)]

    answer = signed_in.post(path, SAID | {"photo_ids": four, "photos": shot(picture)})

    assert answer.status_code == 422
    assert "最多放 4 张照片" in answer.text
    assert signed_in.post(path, SAID | {"photo_ids": four}).status_code == 302
    assert Endorsement.objects.get().pictures.count() == 4


def test_somebody_elses_photo_is_passed_over(signed_in, xiaoyu, path):
    theirs = taken(xiaoyu, "#0000aa")

    signed_in.post(path, SAID | {"photo_ids": [theirs.pk, "x", "9" * 40, "-1"]})

    assert not Endorsement.objects.get().pictures.exists()


def test_the_script_sends_one_photo_at_a_time(signed_in, honey, picture, xiaoyu):
    up = f"/p/{honey.public_id}/endorse/photos"

    assert signed_in.post(up, {"photo": shot(picture)}).status_code == 201
    assert signed_in.post(up, {"photo": shot(b"no picture")}).status_code == 422
    assert signed_in.post(up).status_code == 422
    signed_in.force_login(xiaoyu)  # who received nothing
    assert signed_in.post(up, {"photo": shot(picture)}).status_code == 409
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(("relation", "status"), [("family", 302), ("", 302), ("cousin", 422)])
def test_what_one_is_to_the_vendor_is_declared(signed_in, honey, path, relation, status):
    answer = signed_in.post(path, SAID | {"visibility": "everyone", "relation": relation})

    assert answer.status_code == status
    page = signed_in.get(f"/p/{honey.public_id}/endorsements").text
    assert ("店主的家人" in page) is (relation == "family")


def test_what_it_rests_on_is_read_and_cannot_be_typed(client, honey):
    lately, long_ago, nothing_paid, gone = people(4)
    received_and_said(lately, honey, days_ago=1)
    received_and_said(long_ago, honey)
    received_and_said(nothing_paid, honey, paid_minor=0)
    receipt = received(gone, honey)
    say(gone, honey)
    endorsing.took_back(line_key=receipt.line_key, at=receipt.received_at)

    page = client.get(f"/p/{honey.public_id}/endorsements").text

    for words in ("刚在这里买到", "在这里买过，退货期后仍留着", "免费得到的", "已退货"):
        assert page.count(words) == 1, words


@pytest.mark.proves("TRUST10")
def test_paid_and_unpaid_are_told_apart_on_every_page(client, linwei, xiaoyu, honey, hill_shop):
    for one in (linwei, xiaoyu):
        received_and_said(one, honey)
    endorsing.mark_earning(person_id=linwei.pk, product_id=honey.pk)

    for path in (f"/p/{honey.public_id}", f"/p/{honey.public_id}/endorsements", "/shanli"):
        page = client.get(path, headers={"accept-language": "en"}).text
        assert page.count("May earn a commission when you buy by their link") == 1
        assert page.count("Earns nothing from saying so") == 1


def test_held_words_tell_their_writer_so(signed_in, honey, path, rule):
    signed_in.post(path, SAID | {"words": "求分装"})

    assert "审核员正在看你写的话" in signed_in.get(path).text
    page = signed_in.get(f"/p/{honey.public_id}/endorsements").text
    assert "求分装" in page
    assert "暂时无人可见" in page
    said = Endorsement.objects.get()
    assert (said.visibility, said.holds.get().wanted) == ("held", "friends")


def test_the_desk_decides(moderator, linwei, honey, rule):
    received_and_said(linwei, honey, words="求分装")
    hold = WordsHold.objects.get()
    path = f"/desk/words/{hold.public_id}"
    assert "求分装" in moderator.get("/desk/words").text
    assert "求分装" in moderator.get(path).text

    assert moderator.post(path, {"verdict": "returned"}).status_code == 422
    assert moderator.post(path, {"verdict": "burnt", "reason": "x"}).status_code == 422
    assert moderator.post(path, {"verdict": "approved"}).url == "/desk/words"
    assert moderator.post(path, {"verdict": "approved"}).status_code == 409

    assert Endorsement.objects.get().visibility == "everyone"
    assert "No words wait" in moderator.get("/desk/words").text
    assert "求分装" in moderator.get("/desk/words?show=all").text


def test_the_desk_is_the_moderators(client, linwei, honey, rule):
    received_and_said(linwei, honey, words="求分装")
    client.force_login(linwei)

    assert client.get("/desk/words").status_code == 404
    assert client.get(f"/desk/words/{WordsHold.objects.get().public_id}").status_code == 404


def test_the_shop_replies_on_a_page_and_everybody_reads_it(desk, linwei, honey):
    said = received_and_said(linwei, honey)
    path = f"/shop/words/{said.public_id}/reply"
    assert path in desk.get(f"/p/{honey.public_id}/endorsements").text
    assert desk.post(path, {"words": ""}).status_code == 422
    assert desk.post(path, {"words": "谢" * 141}).status_code == 422

    assert desk.post(path, {"words": "谢谢林薇"}).status_code == 302

    assert desk.post(path, {"words": "再谢"}).status_code == 409
    desk.logout()
    assert "谢谢林薇" in desk.get(f"/p/{honey.public_id}").text
    assert EndorsementReply.objects.count() == 1


def test_a_reply_with_a_ruled_word_keeps_what_was_typed(desk, linwei, honey, rule):
    said = received_and_said(linwei, honey)

    answer = desk.post(f"/shop/words/{said.public_id}/reply", {"words": "可以分装哦"})

    assert answer.status_code == 422
    assert 'value="可以分装哦"' in answer.text
    assert not EndorsementReply.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "packer"])
def test_nobody_else_finds_the_reply_page(client, linwei, wulan, packer, honey, who):
    said = received_and_said(linwei, honey)
    client.force_login({"stranger": wulan, "packer": packer}[who])

    assert client.get(f"/shop/words/{said.public_id}/reply").status_code == 404


def test_one_persons_words_are_read_by_whom_they_are_for(client, linwei, xiaoyu, friends, honey):
    received_and_said(linwei, honey, words="只给朋友", visibility="friends")
    path = f"/u/{linwei.public_id}/words"
    assert "只给朋友" not in client.get(path).text

    client.force_login(xiaoyu)
    assert "只给朋友" in client.get(path).text
    client.force_login(linwei)
    assert "只给朋友" in client.get(path).text


@pytest.mark.parametrize("way", ["blocks", "is blocked"])
def test_the_words_of_who_is_blocked_are_not_there(client, linwei, xiaoyu, honey, way):
    received_and_said(linwei, honey)
    pair = (linwei, xiaoyu) if way == "blocks" else (xiaoyu, linwei)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    client.force_login(xiaoyu)

    assert client.get(f"/u/{linwei.public_id}/words").status_code == 404


def test_a_page_of_words_costs_the_same_however_many(
    client, linwei, honey, django_assert_max_num_queries
):
    for one in people(6):
        received_and_said(one, honey)
    client.force_login(linwei)

    with django_assert_max_num_queries(16):
        client.get(f"/p/{honey.public_id}/endorsements")
