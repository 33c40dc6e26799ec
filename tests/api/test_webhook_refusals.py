"""What the doors for providers refuse: nothing is stored, nothing is done."""

from typing import Any

import pytest
from django.test import Client

from payments.models import ProviderEvent
from tests.api.conftest import WEBHOOK
from tests.api.events import an_event, send, signed


def refused(answer, *statuses: int) -> None:
    assert answer.status_code in statuses
    assert not ProviderEvent.objects.exists()


@pytest.mark.proves("T30")
@pytest.mark.parametrize(
    "signature",
    ["", "v1=", "v1=" + "0" * 64, "v2=" + "0" * 64, "０" * 64, "x" * 10_000, "v1=\udcff"],
)
def test_a_bad_signature_is_refused(db, ours, signature):
    refused(send(an_event(), **{"Weidian-Sandbox-Signature": signature}), 400)


def test_a_signature_by_another_secret_is_refused(db, ours):
    body = an_event()

    refused(send(body, **signed(body, secret="another")), 400)


def test_without_a_secret_of_our_own_nothing_is_genuine(db, settings):
    settings.SANDBOX_SECRET = ""
    body = an_event()

    refused(send(body, **signed(body, secret="")), 400)


def test_a_body_changed_after_signing_is_refused(db, ours):
    good = an_event()
    for body in (good + b" ", good.replace(b"NOBODYS", b"SOMEONE"), b"\xef\xbb\xbf" + good):
        answer = Client().post(WEBHOOK, body, content_type="application/json", headers=signed(good))
        refused(answer, 400)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_an_old_or_early_timestamp_is_refused(db, ours, noon, seconds):
    body = an_event()

    refused(send(body, **signed(body, at=str(int(noon.timestamp()) + seconds))), 400)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_forgiven(db, ours, noon, seconds):
    body = an_event()

    assert send(body, **signed(body, at=str(int(noon.timestamp()) + seconds))).status_code == 200


@pytest.mark.parametrize("at", ["", "NaN", "1e9", "-5", "9" * 20, "9" * 5000, "1.5", " 1", "0x1"])
def test_a_timestamp_that_is_no_number_is_refused(db, ours, at):
    body = an_event()

    refused(send(body, **signed(body, at=at)), 400)


@pytest.mark.parametrize("missing", ["Weidian-Sandbox-Timestamp", "Weidian-Sandbox-Signature"])
def test_a_missing_header_is_refused(db, ours, missing):
    body = an_event()
    headers = {name: value for name, value in signed(body).items() if name != missing}

    answer = Client().post(WEBHOOK, body, content_type="application/json", headers=headers)
    refused(answer, 400)


NO_NAMES: list[Any] = [None, 7, "", "x" * 81, ["a"], {}, True, "a\x00b", "\ud83c"]


NOT_EVENTS = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 20_000,
    b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    b"9" * 5_000,
    an_event().replace(b'"created": 1', b'"created": NaN'),
    an_event().replace(b'"created": 1', b'"created": -Infinity'),
    an_event().replace(b'"created": 1', b'"created": 1e400'),
    an_event(data=None),
    an_event(data=[]),
    an_event(data="x"),
    an_event(data={}),
    *[an_event(id=value) for value in NO_NAMES],
    *[an_event(type=value) for value in [*NO_NAMES, "x" * 41]],
    *[an_event(data={"reference": value}) for value in NO_NAMES],
    an_event(extra="a\x00b"),
    an_event(extra="\ud83c"),
    an_event(**{"\x00": 1}),
    an_event(extra=[[["\x00"]]]),
]


@pytest.mark.parametrize("body", NOT_EVENTS, ids=range(len(NOT_EVENTS)))
def test_a_signed_body_that_is_no_event_is_refused(db, ours, body):
    refused(send(body), 400)


@pytest.mark.parametrize(
    "body",
    [
        an_event(extra="蜂蜜🍯\u202e"),
        an_event(extra="\\u0000 in words"),
        an_event(extra=10**400),
        an_event(extra=1.5),
        an_event(id="x" * 80),
        an_event().replace(b'{"id"', b'{"id": "first", "id"'),
    ],
    ids=range(6),
)
def test_odd_but_whole_events_are_stored(db, ours, body):
    assert send(body).status_code == 200
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize("size", [65_537, 1_000_001, 5_000_000])
def test_a_body_too_large_is_refused_unread(db, ours, size):
    refused(send(b"x" * size), 413)


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 30])
def test_a_length_that_is_none_is_refused(db, ours, length):
    body = an_event()
    answer = Client().generic(
        "POST",
        WEBHOOK,
        body,
        content_type="application/json",
        headers=signed(body),
        CONTENT_LENGTH=length,
    )
    refused(answer, 400, 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x", ""])
def test_another_kind_of_body_is_refused(db, ours, kind):
    body = an_event()

    refused(Client().post(WEBHOOK, body, content_type=kind, headers=signed(body)), 415)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_the_door_takes_posts_alone(db, method):
    answer = getattr(Client(), method)(WEBHOOK)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_the_door_needs_no_session_and_makes_none(db, ours):
    browser = Client(enforce_csrf_checks=True)
    body = an_event()

    answer = browser.post(WEBHOOK, body, content_type="application/json", headers=signed(body))
    assert answer.status_code == 200
    assert not answer.cookies
