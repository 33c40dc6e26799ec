"""A shop answers once; what was taken back is not answered."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from catalog import endorsing, replying
from catalog.models import EndorsementReply
from notifications.models import Notice
from shops import staff
from tests.catalog.speaking import received_and_said, say
from tests.races import all_at_once, together

pytestmark = pytest.mark.usefixtures("noon")


def answer(said, by, words="谢谢，下次多送一勺。"):
    return replying.reply(endorsement=said, author=by, words=words, language="zh-hans")


def test_the_shop_answers_once_and_the_writer_hears(linwei, chen, honey):
    said = received_and_said(linwei, honey, verdict="so_so")
    answer(said, chen)

    with pytest.raises(replying.AnsweredAlready):
        answer(said, chen, "再说一句")

    assert EndorsementReply.objects.get().words == "谢谢，下次多送一勺。"
    notice = Notice.objects.get(kind="endorsement_replied")
    assert (notice.person, notice.data["shop"]) == (linwei, "山里的小店")


@pytest.mark.parametrize("who", ["stranger", "packer"])
def test_who_does_not_speak_for_the_shop_may_not(linwei, wulan, packer, honey, who):
    said = received_and_said(linwei, honey)

    with pytest.raises(replying.NotTheirShop):
        answer(said, {"stranger": wulan, "packer": packer}[who])

    assert not EndorsementReply.objects.exists()


def test_words_among_friends_are_not_the_shops_to_answer(linwei, chen, honey):
    said = received_and_said(linwei, honey, visibility="friends")

    with pytest.raises(replying.NotTheirShop):
        answer(said, chen)

    assert not EndorsementReply.objects.exists()


def test_a_reply_is_screened_too(linwei, chen, honey, rule):
    said = received_and_said(linwei, honey)

    with pytest.raises(replying.NotLikeThis, match="分装"):
        answer(said, chen, "我们可以分装")

    assert not EndorsementReply.objects.exists()


def test_a_reply_cannot_be_changed(linwei, chen, honey):
    answer(received_and_said(linwei, honey), chen)

    with pytest.raises(IntegrityError), transaction.atomic():
        EndorsementReply.objects.update(words="别的")


def test_words_said_anew_are_not_those_that_were_answered(linwei, chen, honey):
    answer(received_and_said(linwei, honey, verdict="no", visibility="vendor"), chen)
    assert not EndorsementReply.objects.get().is_to_earlier_words

    say(linwei, honey, words="换了一罐，很好")

    [seen] = endorsing.seen_by(None, honey.pk)
    assert seen.reply.words == "谢谢，下次多送一勺。"


@pytest.mark.django_db(transaction=True)
def test_five_taps_on_reply_make_one(linwei, chen, honey):
    said = received_and_said(linwei, honey)

    outcomes = all_at_once(lambda: answer(said, chen), times=5)

    assert [type(one).__name__ for one in outcomes].count("AnsweredAlready") == 4
    assert EndorsementReply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_what_was_taken_back_is_never_answered_afterwards(linwei, chen, honey, monkeypatch, guard):
    """With the guard off the shop answers words that were taken back while it looked."""
    said = received_and_said(linwei, honey)
    has_looked, is_gone = threading.Event(), threading.Event()
    if guard == "off":
        monkeypatch.setattr(replying, "locked", list)
    may = staff.may

    def slowly(*asked):
        has_looked.set()
        is_gone.wait(timeout=0.5)
        return may(*asked)

    monkeypatch.setattr(replying, "may", slowly)

    def take_back():
        has_looked.wait(timeout=20)
        endorsing.withdraw(endorsement=said, person=linwei)
        is_gone.set()

    together(lambda: answer(said, chen), take_back)

    # Whoever waited for the other wrote in a transaction that began to write later.
    assert withdrawn_first() is (guard == "off")


def withdrawn_first() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.xmin::text::bigint < r.xmin::text::bigint"
            " FROM catalog_endorsementversion v, catalog_endorsementreply r WHERE v.withdrawn"
        )
        (found,) = cursor.fetchone()
    return bool(found)
