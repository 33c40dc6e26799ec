"""Nobody speaks for what they never received, and everybody reads what they may."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog import endorsing, versions
from catalog.invariants import INVARIANTS
from catalog.models import Endorsement, EndorsementVersion, Receipt
from kit import clock
from kit.invariants import check
from notifications.models import Notice
from people.models import Block
from tests.races import together


def broken():
    return sum(found.broken for found in check(INVARIANTS))


def say(person, product, *, verdict="yes", words="好吃", visibility="everyone"):
    return endorsing.endorse(
        person=person,
        product=product,
        verdict=verdict,
        words=words,
        visibility=visibility,
        language="zh-hans",
    )


def test_a_receipt_told_twice_is_one(received, linwei):
    first, again = received(linwei), received(linwei)

    assert first.pk == again.pk
    assert Receipt.objects.count() == 1


def test_who_received_it_may_speak_and_the_shop_hears(says, linwei, chen, honey):
    said = says(linwei)

    assert said.is_verified
    assert EndorsementVersion.objects.get().words == "好吃"
    notice = Notice.objects.get(person=chen)
    assert notice.kind == "endorsement_received"
    assert notice.data == {"person": "林薇", "product": "秦岭野花土蜂蜜"}
    assert broken() == 0


def test_who_received_nothing_may_not(linwei, honey):
    with pytest.raises(endorsing.NothingReceived):
        say(linwei, honey)

    assert not Endorsement.objects.exists()


def test_who_sent_it_back_may_not(received, linwei, honey):
    receipt = received(linwei)
    endorsing.took_back(line_key=receipt.line_key, at=clock.now())

    with pytest.raises(endorsing.NothingReceived):
        say(linwei, honey)


@pytest.mark.parametrize("role", ["owner", "packer"])
def test_who_works_in_the_shop_may_not(received, honey, chen, packer, role):
    person = {"owner": chen, "packer": packer}[role]
    received(person)

    with pytest.raises(endorsing.OwnShop):
        say(person, honey)

    assert not Endorsement.objects.exists()


def test_words_are_no_longer_verified_once_it_went_back(says, linwei, honey):
    says(linwei)
    endorsing.took_back(line_key=f"line:1:{linwei.pk}", at=clock.now())

    [seen] = endorsing.seen_by(None, honey.pk)
    assert not seen.is_verified


def test_speaking_again_changes_the_words_and_keeps_the_old_ones(says, linwei, chen, honey):
    says(linwei, words="好吃")
    said = say(linwei, honey, verdict="so_so", words="有点甜")

    assert Endorsement.objects.get().words == "有点甜"
    assert list(EndorsementVersion.objects.order_by("pk").values_list("words", flat=True)) == [
        "好吃",
        "有点甜",
    ]
    assert Notice.objects.filter(person=chen).count() == 1
    assert said.verdict == "so_so"
    assert broken() == 0


def test_an_old_wording_cannot_be_changed_behind_its_writers_back(says, linwei):
    says(linwei)

    with pytest.raises(IntegrityError), transaction.atomic():
        EndorsementVersion.objects.update(words="最好的")


@pytest.mark.parametrize(
    ("wished", "meant_for", "friend"),
    [("everyone", "friends", 1), ("friends", "friends", 1), ("vendor", "vendor", 0)],
)
def test_a_no_goes_to_friends_or_to_the_shop_and_never_to_everyone(
    says, linwei, xiaoyu, friends, honey, wished, meant_for, friend
):
    said = says(linwei, verdict="no", visibility=wished)

    assert said.visibility == meant_for
    assert len(endorsing.seen_by(xiaoyu, honey.pk)) == friend
    assert endorsing.seen_by(None, honey.pk) == []


@pytest.mark.parametrize(
    ("visibility", "stranger", "friend"),
    [("everyone", 1, 1), ("friends", 0, 1), ("vendor", 0, 0)],
)
def test_everybody_reads_what_they_may(
    says, linwei, xiaoyu, friends, honey, visibility, stranger, friend
):
    says(linwei, visibility=visibility)

    assert len(endorsing.seen_by(None, honey.pk)) == stranger
    assert len(endorsing.seen_by(xiaoyu, honey.pk)) == friend
    assert len(endorsing.friends_who_bought(xiaoyu, honey.pk)) == friend


def test_friends_come_first(says, linwei, xiaoyu, wulan, friends, honey):
    says(linwei)
    says(wulan)

    seen = endorsing.seen_by(xiaoyu, honey.pk)

    assert [(one.person, one.from_friend) for one in seen] == [(linwei, True), (wulan, False)]
    assert [one.person for one in endorsing.seen_by(None, honey.pk)] == [wulan, linwei]


@pytest.mark.parametrize("who_blocks", ["reader", "writer"])
def test_blocked_people_are_not_heard(says, linwei, xiaoyu, friends, honey, who_blocks):
    says(linwei)
    pair = (xiaoyu, linwei) if who_blocks == "reader" else (linwei, xiaoyu)
    Block.objects.create(blocker=pair[0], blocked=pair[1])

    assert endorsing.seen_by(xiaoyu, honey.pk) == []
    assert endorsing.friends_who_bought(xiaoyu, honey.pk) == []


def test_a_silent_buyer_is_not_given_away(received, linwei, xiaoyu, friends, honey):
    received(linwei)

    assert endorsing.friends_who_bought(xiaoyu, honey.pk) == []


def test_withdrawn_words_are_gone_and_their_version_says_so(says, linwei, honey):
    said = says(linwei)

    endorsing.withdraw(endorsement=said, person=linwei)

    assert endorsing.seen_by(None, honey.pk) == []
    assert EndorsementVersion.objects.latest("pk").withdrawn
    assert broken() == 0


def test_nobody_withdraws_for_another(says, linwei, xiaoyu):
    said = says(linwei)

    with pytest.raises(Endorsement.DoesNotExist):
        endorsing.withdraw(endorsement=said, person=xiaoyu)

    said.refresh_from_db()
    assert said.withdrawn_at is None


def test_a_link_made_before_or_after_the_words_marks_them_as_earning(says, linwei, wulan, honey):
    endorsing.mark_earning(person_id=linwei.pk, product_id=honey.pk)
    before = says(linwei)
    after = says(wulan)
    endorsing.mark_earning(person_id=wulan.pk, product_id=honey.pk)
    endorsing.mark_earning(person_id=wulan.pk, product_id=honey.pk)

    after.refresh_from_db()
    assert (before.earns, after.earns) == (True, True)
    assert broken() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_a_link_made_while_the_words_are_written_is_never_missed(
    received, linwei, honey, monkeypatch, guard
):
    """With the guard off it is: the link looks for words that are written a moment later."""
    received(linwei)
    if guard == "off":
        monkeypatch.setattr(endorsing, "one_at_a_time", lambda *names: None)

    def slowly(endorsement):
        time.sleep(0.4)  # the words are written, their transaction is still open

    def make_a_link():
        time.sleep(0.1)
        endorsing.mark_earning(person_id=linwei.pk, product_id=honey.pk)

    monkeypatch.setattr(versions, "tell_shop", slowly)

    together(lambda: say(linwei, honey), make_a_link)

    assert Endorsement.objects.get().earns == (guard == "on")
    assert broken() == (0 if guard == "on" else 1)


@pytest.mark.django_db(transaction=True)
def test_five_taps_on_say_it_make_one_endorsement(received, linwei, honey):
    received(linwei)

    outcomes = together(*[lambda: say(linwei, honey)] * 5)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Endorsement.objects.count() == 1


def test_who_bought_it_again_may_change_their_words(received, linwei, honey, noon):
    received(linwei)
    with clock.stopped_at(noon + timedelta(days=1)):
        say(linwei, honey)
    with clock.stopped_at(noon + timedelta(days=9)):
        received(linwei, key="line:2")
        said = say(linwei, honey, words="又买了一罐")

    assert said.receipt.line_key == f"line:2:{linwei.pk}"
    assert broken() == 0


def test_words_before_any_receipt_would_be_found(says, linwei, noon):
    said = says(linwei)
    Endorsement.objects.filter(pk=said.pk).update(created_at=noon - timedelta(seconds=1))

    assert broken() == 1


def test_who_sent_one_of_two_back_still_has_the_other(received, linwei, honey):
    received(linwei)
    received(linwei, key="line:2")
    said = say(linwei, honey)

    endorsing.took_back(line_key=f"line:2:{linwei.pk}", at=clock.now())
    said.refresh_from_db()
    assert (said.receipt.line_key, said.is_verified) == (f"line:1:{linwei.pk}", True)

    endorsing.took_back(line_key=f"line:1:{linwei.pk}", at=clock.now())
    said = Endorsement.objects.get()
    assert not said.is_verified


def test_ones_own_words_are_read_by_oneself_whoever_they_are_for(says, linwei, xiaoyu, honey):
    says(linwei, verdict="no")

    assert [one.person for one in endorsing.seen_by(linwei, honey.pk)] == [linwei]
    assert endorsing.seen_by(xiaoyu, honey.pk) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_two_taps_would_speak_twice(received, linwei, honey):
    """The control: both find nothing said yet, both write; the database keeps one."""
    receipt = received(linwei)
    both_have_looked = threading.Barrier(2)

    def careless():
        said_before = Endorsement.objects.filter(person=linwei, product=honey).exists()
        both_have_looked.wait(timeout=20)
        if said_before:
            return None
        return Endorsement.objects.create(
            person=linwei, product=honey, receipt=receipt, verdict="yes"
        )

    outcomes = together(careless, careless)

    assert sorted(type(one).__name__ for one in outcomes) == ["Endorsement", "IntegrityError"]
