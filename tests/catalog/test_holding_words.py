"""Words in which a rule sees something wait for a person, and so does a burst."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from catalog import endorsing, holding_words
from catalog.invariants import INVARIANTS
from catalog.models import Endorsement, ScoreDue, WordsHold
from kit.invariants import check
from kit.states import TransitionRefused
from notifications.models import Notice
from referrals import links
from tests.catalog.speaking import people, received, received_and_said, say
from tests.races import together

pytestmark = pytest.mark.usefixtures("noon", "rule")


def broken():
    return sum(found.broken for found in check(INVARIANTS))


def held(who, product, words="可以分装吗", **how):
    return received_and_said(who, product, words=words, **how)


def test_words_with_a_ruled_word_are_read_by_their_writer_alone(linwei, chen, honey):
    said = held(linwei, honey)

    assert said.visibility == "held"
    assert endorsing.seen_by(None, honey.pk) == []
    assert endorsing.seen_by(chen, honey.pk) == []
    assert [one.words for one in endorsing.seen_by(linwei, honey.pk)] == ["可以分装吗"]
    hold = WordsHold.objects.get()
    assert (hold.cause, hold.matched, hold.wanted, hold.state) == (
        "rule",
        "分装",
        "everyone",
        "waiting",
    )
    assert not Notice.objects.filter(kind="endorsement_received").exists()
    assert broken() == 0


def test_held_words_stand_on_no_share_link(linwei, honey):
    held(linwei, honey, visibility="friends")

    facts = links.facts_from(links.link_for(person=linwei, product=honey))

    assert facts.words == ""


def test_a_moderator_lets_them_be_read_by_whom_they_were_meant_for(linwei, wulan, chen, honey):
    held(linwei, honey)
    ScoreDue.objects.all().delete()

    holding_words.approve(hold=WordsHold.objects.get(), moderator=wulan)

    assert [one.words for one in endorsing.seen_by(None, honey.pk)] == ["可以分装吗"]
    assert Notice.objects.get(kind="endorsement_approved").person == linwei
    assert Notice.objects.get(kind="endorsement_received").person == chen
    assert ScoreDue.objects.get().product == honey
    assert AuditEvent.objects.get(act="words.approved").actor == f"person:{wulan.pk}"
    assert broken() == 0


def test_words_let_pass_do_not_wait_again_and_others_do(linwei, wulan, honey):
    held(linwei, honey)
    holding_words.approve(hold=WordsHold.objects.get(), moderator=wulan)

    assert say(linwei, honey, words="可以分装吗", verdict="so_so").visibility == "everyone"
    assert say(linwei, honey, words="不要分装").visibility == "held"


def test_words_sent_back_are_told_why_and_said_anew_they_wait_again(linwei, wulan, honey):
    held(linwei, honey)
    hold = WordsHold.objects.get()

    with pytest.raises(holding_words.NoReason):
        holding_words.send_back(hold=hold, moderator=wulan, reason="  ")
    holding_words.send_back(hold=hold, moderator=wulan, reason="请不要谈分装。")

    notice = Notice.objects.get(kind="endorsement_returned")
    assert (notice.person, notice.data["reason"]) == (linwei, "请不要谈分装。")
    assert endorsing.seen_by(None, honey.pk) == []
    assert broken() == 0
    again = say(linwei, honey, words="很甜")
    assert (again.visibility, WordsHold.objects.waiting().get().cause) == ("held", "again")
    assert broken() == 0


def test_said_anew_without_the_word_they_need_not_wait(linwei, honey):
    held(linwei, honey)

    assert say(linwei, honey, words="很甜").visibility == "everyone"
    assert WordsHold.objects.get().state == "dropped"
    assert broken() == 0


def test_words_taken_back_wait_no_more(linwei, wulan, honey):
    said = held(linwei, honey)
    endorsing.withdraw(endorsement=said, person=linwei)

    hold = WordsHold.objects.get()
    assert hold.state == "dropped"
    with pytest.raises(TransitionRefused):
        holding_words.approve(hold=hold, moderator=wulan)
    assert Endorsement.objects.get().visibility == "held"
    assert broken() == 0


def test_nobody_decides_about_their_own_words_or_their_own_shop(wulan, chen, honey):
    held(wulan, honey)
    hold = WordsHold.objects.get()

    for near in (wulan, chen):
        with pytest.raises(holding_words.OwnWords):
            holding_words.approve(hold=hold, moderator=near)
    assert WordsHold.objects.get().state == "waiting"


def test_words_wait_once(linwei, honey):
    said = held(linwei, honey)

    with pytest.raises(IntegrityError), transaction.atomic():
        WordsHold.objects.create(endorsement=said, cause="burst", wanted="everyone")


@pytest.mark.proves("TRUST18")
def test_what_comes_after_two_hundred_in_an_hour_waits_and_the_desk_hears_once(
    wulan, honey, monkeypatch
):
    monkeypatch.setattr(holding_words, "MOST_IN_A_BURST", 5)
    said = [received_and_said(one, honey) for one in people(8)]

    assert [one.visibility for one in said] == ["everyone"] * 5 + ["held"] * 3
    assert set(WordsHold.objects.values_list("cause", flat=True)) == {"burst"}
    alarm = Notice.objects.get(kind="endorsement_burst")
    assert (alarm.person, alarm.path) == (wulan, "/desk/words")
    assert broken() == 0


def test_nobody_leaves_a_burst_by_saying_it_anew_or_taking_it_back_first(honey, monkeypatch):
    monkeypatch.setattr(holding_words, "MOST_IN_A_BURST", 0)
    (one,) = people(1)
    said = received_and_said(one, honey)

    assert say(one, honey, words="很甜").visibility == "held"
    endorsing.withdraw(endorsement=said, person=one)
    assert say(one, honey, words="真的甜").visibility == "held"
    assert broken() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_a_burst_at_one_moment_is_counted_as_one(honey, monkeypatch, guard):
    """With the guard off each finds that nobody has spoken yet."""
    monkeypatch.setattr(holding_words, "MOST_IN_A_BURST", 1)
    if guard == "off":
        monkeypatch.setattr(endorsing, "one_at_a_time", lambda *names: None)
    counts, speakers = holding_words._lately, people(4)
    all_have_looked = threading.Barrier(4)
    for one in speakers:
        received(one, honey)

    def slowly(product_id):
        found = counts(product_id)
        if guard == "off":
            all_have_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(holding_words, "_lately", slowly)

    outcomes = together(*[lambda one=one: say(one, honey) for one in speakers])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    open_ones = Endorsement.objects.filter(visibility="everyone").count()
    assert open_ones == (1 if guard == "on" else 4)


@pytest.mark.django_db(transaction=True)
def test_a_moderator_and_the_writer_at_one_moment_end_in_one_state(linwei, wulan, honey):
    for turn in range(4):
        said = (
            held(linwei, honey, words=f"分装 {turn}")
            if not turn
            else say(linwei, honey, words=f"分装 {turn}")
        )
        hold = WordsHold.objects.waiting().get()

        together(
            partial(holding_words.approve, hold=hold, moderator=wulan),
            partial(endorsing.withdraw, endorsement=said, person=linwei),
        )

        assert WordsHold.objects.get(pk=hold.pk).state in {"approved", "dropped"}
        assert Endorsement.objects.get().withdrawn_at is not None
        assert broken() == 0
