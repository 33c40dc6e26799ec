"""Limits on signing in: too often is too often, whatever is away."""

import socket
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from kit import clock
from notifications.senders import email as mail_sender
from tests.races import all_at_once
from tests.weidian.entrance import CONFIRM, ask, newest_code, who
from weidian import tasks
from weidian.models import Count

pytestmark = pytest.mark.usefixtures("english")


def test_a_fourth_code_in_a_minute_is_too_many(own_counters, linwei):
    answers = [ask(Client(), linwei.email).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_a_second_sms_within_half_a_minute_is_too_many(own_counters, db):
    answers = [ask(Client(), "13800138000").status_code for _ in range(2)]

    assert answers == [302, 429]
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_said_and_not_crashed_on(client, linwei, monkeypatch):
    def away(**letter):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail_sender, "send", away)
    answer = ask(client, linwei.email)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"


def test_a_mail_server_that_says_nothing_is_not_waited_for(client, linwei, settings):
    assert settings.EMAIL_TIMEOUT == 5
    settings.EMAIL_TIMEOUT = 0.2
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        began = time.monotonic()
        answer = ask(client, linwei.email)

    assert answer.status_code == 503
    assert time.monotonic() - began < 5
    assert answer["Retry-After"] == "60"


def test_who_tries_too_often_is_told_so_in_the_houses_words(own_counters, linwei):
    for _ in range(3):
        ask(Client(), linwei.email)
    answer = ask(Client(), linwei.email)

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "That was a little too often" in answer.content.decode()
    assert linwei.email not in answer.content.decode()


def test_with_valkey_stopped_people_sign_in_and_are_counted_all_the_same(own_valkey, linwei):
    assert ask(Client(), linwei.email).status_code == 302
    assert not Count.objects.exists()

    own_valkey.kill()
    own_valkey.wait(timeout=10)

    browser = Client()
    assert ask(browser, linwei.email).status_code == 302
    assert browser.post(CONFIRM, {"code": newest_code()}).status_code == 302
    assert who(browser) == linwei
    answers = [ask(Client(), linwei.email).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert len(mail.outbox) == 4


def test_what_is_counted_names_no_machine_and_nobody_and_is_forgotten(own_valkey, linwei):
    own_valkey.kill()
    own_valkey.wait(timeout=10)
    ask(Client(), linwei.email)

    kept = repr(list(Count.objects.values()))
    assert Count.objects.count() == 5  # sign-ins and codes: two from the place, three there
    assert "127.0.0.1" not in kept
    assert "linwei" not in kept
    assert tasks.forget_old_counts() == 0
    with clock.stopped_at(clock.now() + timedelta(days=1, minutes=1)):
        assert tasks.forget_old_counts() == 5


def test_with_valkey_stopped_one_place_still_gets_no_more_than_twenty_codes(own_valkey, db):
    own_valkey.kill()
    own_valkey.wait(timeout=10)

    answers = [ask(Client(), f"mei{number}@example.test").status_code for number in range(22)]

    assert answers == [302] * 20 + [429] * 2
    assert len(mail.outbox) == 20


@pytest.mark.django_db(transaction=True)
def test_with_valkey_stopped_six_tries_at_one_moment_get_three_codes(own_valkey):
    own_valkey.kill()
    own_valkey.wait(timeout=10)

    answers = all_at_once(lambda: ask(Client(), "mei@example.test").status_code, times=6)

    assert sorted(answers) == [302] * 3 + [429] * 3
