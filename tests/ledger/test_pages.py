"""The seals for everybody: on a page, in both languages, and as a file that hashes to them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from kit import clock
from ledger import accounts
from ledger.models import DaySeal, Transfer
from ledger.posting import post
from ledger.tasks import seal_days
from tests.browser import overflow, small_targets, violations

OUTSIDE = accounts.outside("sandbox", "CNY")
SHOP = accounts.shop(3, "CNY")
FRIDAY = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def sealed_days(count: int) -> None:
    """One sale of ¥68.00 a day, and two on the last; all days closed."""
    for number in range(count):
        with clock.stopped_at(FRIDAY + timedelta(days=number)):
            post(key=f"sold:{number}", legs={OUTSIDE: -6800, SHOP: 6800})
    with clock.stopped_at(FRIDAY + timedelta(days=count - 1)):
        post(key="sold:last", legs={OUTSIDE: -6800, SHOP: 6800})
    with clock.stopped_at(FRIDAY + timedelta(days=count)):
        seal_days()


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "还没有封账的日子"), ("en", "No day has been sealed yet")]
)
def test_before_the_first_day_the_page_says_so(client, db, language, words):
    answer = client.get("/about/ledger", headers={"accept-language": language})

    assert answer.status_code == 200
    assert words in answer.text


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "2 笔转账"), ("en", "2 transfers")])
def test_the_page_shows_the_head_and_the_days(client, db, language, words):
    sealed_days(2)
    first, head = DaySeal.objects.order_by("day")

    answer = client.get("/about/ledger", headers={"accept-language": language})

    assert answer.text.count(head.digest) == 2
    assert answer.text.count(first.digest) == 1
    assert words in answer.text
    assert "/about/ledger/2026-11-20.txt" in answer.text


def test_older_days_are_a_page_further(client, db):
    sealed_days(31)
    oldest = DaySeal.objects.earliest("day")

    assert oldest.digest not in client.get("/about/ledger").text
    assert oldest.digest in client.get("/about/ledger?page=2").text
    assert client.get("/about/ledger?page=٣x").status_code == 200


def test_a_days_file_hashes_to_its_seal_and_names_no_amount(client, db):
    sealed_days(2)
    first, head = DaySeal.objects.order_by("day")

    answer = client.get("/about/ledger/2026-11-21.txt")
    file = answer.getvalue()

    assert answer["Content-Type"] == "text/plain; charset=ascii"
    assert answer["Content-Disposition"] == 'attachment; filename="ledger-2026-11-21.txt"'
    assert hashlib.sha256(file).hexdigest() == head.digest
    previous, *lines = file.decode().splitlines()
    assert previous == first.digest
    assert [len(line) for line in lines] == [64, 64]


def test_the_random_number_of_a_transfer_stays_in_the_house(client, db):
    """With it a digest of a guessed sale would tell whether it happened."""
    sealed_days(2)
    nonces = {str(nonce) for nonce in Transfer.objects.values_list("nonce", flat=True)}

    told = client.get("/about/ledger").text
    told += client.get("/about/ledger/2026-11-21.txt").getvalue().decode()
    assert len(nonces) == 3
    assert [nonce for nonce in nonces if nonce in told or nonce.replace("-", "") in told] == []


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-25",
        "2026-11-19",
        "20261120",
        "2026-W47-5",
        "2026-13-01",
        "２０２６-11-20",
        "x",
        "%00",
    ],
)
def test_a_day_without_a_seal_has_no_file(client, db, day):
    sealed_days(1)

    assert client.get(f"/about/ledger/{day}.txt").status_code in {400, 404}


@pytest.mark.parametrize("path", ["/about/ledger", "/about/ledger/2026-11-20.txt"])
def test_the_seals_are_only_read(client, db, path):
    sealed_days(1)

    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_page_is_open_to_everybody(open_page, width, look):
    sealed_days(2)
    page = open_page("/about/ledger", width=width, look=look)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []
