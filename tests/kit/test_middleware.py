"""What no text can hold is refused before any view sees it."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from psycopg2.errors import DeadlockDetected, DiskFull, LockNotAvailable

from kit.middleware import AnswerTransitionRefused


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=%00",
        "/search?q=%ff",
        "/search?%c3%28=1",
        "/p/%00",
        "/search?q=a%00b",
    ],
)
def test_an_unreadable_address_is_answered_400(db, address):
    assert Client().get(address).status_code == 400


def test_an_unreadable_address_gets_a_page_in_the_visitors_language(db):
    answer = Client().get("/search?q=%00", headers={"Accept-Language": "en"})

    assert "We could not read that" in answer.content.decode()
    assert '<html lang="en"' in answer.content.decode()


def test_the_address_of_a_button_gets_a_page_when_a_person_reads_it(db):
    answer = Client().get("/bag/change", headers={"Accept": "text/html,*/*"})

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "这里没有页面" in answer.content.decode()
    assert Client().get("/bag/change").content == b""


@pytest.mark.parametrize(
    "address", ["/", "/search?q=%00", "/s/0000000000", "/nowhere/at/all", "/static/icons.svg"]
)
def test_no_page_may_use_what_the_device_hears_sees_or_knows(db, address):
    policy = Client().get(address)["Permissions-Policy"]

    for power in ("camera", "microphone", "geolocation"):
        assert f"{power}=()" in policy.split(", ")


@pytest.mark.parametrize(
    "address", ["/search?q=%E8%9C%82%E8%9C%9C", "/search?q=%F0%9F%8D%AF", "/search?q=+%25"]
)
def test_any_text_is_a_fine_address(db, address):
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("address", ["/%ff", "/s/%c3%28"])
def test_a_path_of_broken_letters_leads_nowhere(db, address):
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize(
    ("cause", "status"), [(LockNotAvailable, 409), (DeadlockDetected, 409), (DiskFull, None)]
)
def test_who_waited_in_vain_for_others_is_asked_to_try_again(db, rf, chen, cause, status):
    request = rf.post("/bag/change")
    request.user = chen
    fact = OperationalError()
    fact.__cause__ = cause()

    answer = AnswerTransitionRefused(lambda _: HttpResponse()).process_exception(request, fact)

    assert (answer and answer.status_code) == status
