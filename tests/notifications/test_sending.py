"""Sending: late rather than never, and never by two workers at once."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives

from kit import clock
from notifications import sending
from notifications.models import Letter
from notifications.tasks import send_letters
from tests.conftest import NOON
from tests.races import all_at_once

GONE = "notifications.senders.email.EmailMultiAlternatives.send"


def letter(number: int = 1, **changes) -> Letter:
    fields = {
        "channel": "email",
        "address": "guest@example.test",
        "language": "en",
        "kind": "payout_sent",
        "key": f"payout:{number}",
        "data": {"amount_minor": 6800, "currency": "CNY"},
        "path": "/me/wallet",
    }
    return Letter.objects.create(**{**fields, **changes})


def html_of(message: EmailMessage) -> str:
    assert isinstance(message, EmailMultiAlternatives)
    ((words, kind),) = message.alternatives
    assert kind == "text/html"
    return str(words)


def mail_server_away(*args, **kwargs):
    raise ConnectionRefusedError("mail server away")


def test_a_letter_has_words_a_button_and_whole_addresses(db, settings):
    settings.BASE_URL = "https://shop.example"
    written = letter()

    assert send_letters() == 1

    (sent,) = mail.outbox
    written.refresh_from_db()
    assert written.sent_at is not None
    assert sent.to == ["guest@example.test"]
    assert sent.subject == "Your money was sent"
    assert "¥68.00 is on its way to your account." in sent.body
    assert "\nhttps://shop.example/me/wallet\n" in sent.body
    html = html_of(sent)
    assert 'href="https://shop.example/me/wallet"' in html
    assert "style=" not in html


def test_a_letter_speaks_its_readers_language(db):
    letter(language="zh-hans")

    send_letters()

    assert mail.outbox[0].subject == "提现已打款"
    assert "¥68.00 正在转入你的收款账户。" in mail.outbox[0].body


def test_names_are_shown_as_typed_and_never_as_markup(db):
    letter(kind="friend_request", data={"person": '"><svg onload=alert(1)>{{7*7}}'})

    send_letters()

    html = html_of(mail.outbox[0])
    assert '"><svg onload=alert(1)>{{7*7}} would like' in str(mail.outbox[0].body)
    assert "<svg" not in html
    assert "&lt;svg onload=alert(1)&gt;{{7*7}}" in html


def test_a_text_message_ends_in_the_folder_the_demo_reads(db, settings):
    settings.BASE_URL = "https://shop.example"
    letter(channel="sms", address="+8613800138000")

    assert send_letters() == 1

    (sent,) = mail.outbox
    assert sent.to == ["8613800138000@sms.invalid"]
    assert sent.body == "¥68.00 is on its way to your account. https://shop.example/me/wallet"


def test_a_sent_letter_is_not_sent_again(db):
    letter()

    assert (send_letters(), send_letters()) == (1, 0)
    assert len(mail.outbox) == 1


def test_a_refused_letter_waits_longer_each_time_and_is_given_up_after_eight(db, monkeypatch):
    monkeypatch.setattr(GONE, mail_server_away)
    moment, waits = NOON, []
    with clock.stopped_at(NOON):
        written = letter()
    for _attempt in range(8):
        with clock.stopped_at(moment):
            assert send_letters() == 0
            assert send_letters() == 0  # not before its time
        written.refresh_from_db()
        waits.append((written.due_at - moment).total_seconds())
        moment = written.due_at

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3840]
    assert (written.attempts, written.given_up_at) == (8, None)
    with clock.stopped_at(moment):
        send_letters()
    written.refresh_from_db()
    assert (written.attempts, written.sent_at, written.given_up_at) == (8, None, moment)


def test_the_server_comes_back_and_the_letter_leaves(db, monkeypatch):
    with monkeypatch.context() as storm, clock.stopped_at(NOON):
        storm.setattr(GONE, mail_server_away)
        written = letter()
        send_letters()

    with clock.stopped_at(NOON + timedelta(seconds=30)):
        assert send_letters() == 1
    written.refresh_from_db()
    assert written.attempts == 2
    assert len(mail.outbox) == 1


def test_one_refused_letter_holds_up_no_other(db, monkeypatch):
    def refuse_the_first(message, *args, **kwargs):
        if message.to == ["gone@example.test"]:
            raise ConnectionResetError
        mail.outbox.append(message)

    monkeypatch.setattr(GONE, refuse_the_first)
    letter(1, address="gone@example.test"), letter(2)

    assert send_letters() == 1
    assert [sent.to for sent in mail.outbox] == [["guest@example.test"]]


def test_a_silent_mail_server_costs_three_letters_an_attempt_and_no_text_message(db, monkeypatch):
    monkeypatch.setattr(GONE, mail_server_away)
    for number in range(5):
        letter(number)
    letter(9, channel="sms", address="+8613800138000")

    assert send_letters() == 1
    assert [one.attempts for one in Letter.objects.order_by("pk")] == [1, 1, 1, 0, 0, 1]
    assert [sent.to for sent in mail.outbox] == [["8613800138000@sms.invalid"]]


def test_a_letter_that_cannot_be_written_holds_up_no_other(db):
    bent = letter(1, data={"amount_minor": "68", "currency": "CNY"})
    letter(2)

    assert send_letters() == 1
    bent.refresh_from_db()
    assert (bent.attempts, bent.sent_at) == (1, None)
    assert len(mail.outbox) == 1


def test_no_address_ends_in_the_log(db, monkeypatch, caplog):
    def refuse(message, *args, **kwargs):
        raise SMTPRecipientsRefused({"guest@example.test": (550, b"no such guest@example.test")})

    monkeypatch.setattr(GONE, refuse)
    caplog.set_level("INFO")
    written = letter()

    send_letters()

    assert f"letter {written.pk} (payout_sent), attempt 1: SMTPRecipientsRefused" in caplog.text
    assert "guest@example.test" not in caplog.text


def test_a_worker_that_died_before_recording_sends_that_letter_once_more(db):
    with clock.stopped_at(NOON):
        written = letter()
        taken = sending.claim(channel="email")
        assert taken == written
        sending._hand_over(taken)  # and killed here
        assert send_letters() == 0

    with clock.stopped_at(NOON + timedelta(seconds=30)):
        assert send_letters() == 1
    written.refresh_from_db()
    assert written.attempts == 2
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_six_workers_send_each_of_twenty_letters_once():
    for number in range(20):
        letter(number, address=f"guest{number}@example.test")

    outcomes = all_at_once(send_letters, times=6)

    assert sum(outcomes) == 20
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(
        f"guest{number}@example.test" for number in range(20)
    )


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_six_workers_would_send_it_twice():
    written = letter()

    all_at_once(lambda: sending.send(letter=written), times=6)

    assert len(mail.outbox) == 6
