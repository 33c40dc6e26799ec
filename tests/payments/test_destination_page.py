"""Where money goes: set, changed with a proof, and never to what cannot be paid."""

import time

import pytest
from django.core import mail

from kit import clock
from notifications.models import Letter, Notice
from payments import destinations
from payments.models import Destination
from people.models import Person
from tests.passkeys import sign_in_twice
from tests.payments.pages import DESTINATION, HORRORS, WALLET, post, text_of

GOOD = {"holder": "林薇", "identifier": "linwei"}


@pytest.fixture
def proved(client, linwei):
    """A browser in which Lin Wei proved a moment ago, in English, that it is her."""
    sign_in_twice(client, linwei)
    client.cookies["django_language"] = "en"
    return client


def test_a_destination_is_set_and_shown(proved):
    answer = proved.post(DESTINATION, {"holder": " 林薇 ", "identifier": "linwei@pay"})

    assert (answer.status_code, answer["Location"]) == (302, WALLET)
    found = Destination.objects.get()
    assert (found.holder, found.identifier) == ("林薇", "linwei@pay")
    assert "linwei@pay" in text_of(proved.get(WALLET))


def test_an_open_browser_names_no_first_destination(her):
    answer = her.post(DESTINATION, GOOD)

    assert answer.status_code == 403
    assert not Destination.objects.exists()
    assert 'value="linwei"' in her.get(DESTINATION).content.decode()


def test_who_changes_it_is_told_of_the_wait_before(her, linwei, send_to):
    assert "72 hours" not in text_of(her.get(DESTINATION))
    send_to(linwei)

    assert "72 hours" in text_of(her.get(DESTINATION))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("identifier", horror) for horror in HORRORS if horror != "-1"],
        ("identifier", "-1x"),
        ("identifier", "ab"),
        ("identifier", "a b c"),
        ("identifier", "linwei\nx"),
        ("identifier", "x" * 65),
        ("identifier", "<script>"),
        ("identifier", "林薇薇"),
        ("holder", ""),
        ("holder", " \u200b\u2060 "),
        ("holder", "x" * 61),
        ("holder", "x" * 10**6),
    ],
)
def test_a_destination_that_cannot_be_keeps_the_old_one(her, linwei, send_to, field, value):
    send_to(linwei, "before")
    sent = GOOD | {field: value}

    answer = post(her, DESTINATION, sent)
    assert answer.status_code in {400, 422}
    if answer.status_code == 422:
        assert 'aria-invalid="true"' in answer.content.decode()
    assert Destination.objects.get().identifier == "before"


def test_input_is_kept_when_it_needs_mending(her):
    answer = her.post(DESTINATION, {"holder": "林薇", "identifier": "a b"})

    assert answer.status_code == 422
    assert 'value="林薇"' in answer.content.decode()


def test_a_change_asks_who_is_there_and_loses_nothing(her, linwei, send_to):
    send_to(linwei, "before")

    answer = her.post(DESTINATION, {"holder": "林薇", "identifier": "after"})

    assert answer.status_code == 403
    assert "/accounts/prove/?next=/me/wallet/destination" in answer.content.decode()
    assert Destination.objects.get().identifier == "before"
    assert 'value="after"' in her.get(DESTINATION).content.decode()


def test_who_proved_it_minutes_ago_changes_it_and_is_told_everywhere(client, linwei, send_to):
    Person.objects.filter(pk=linwei.pk).update(
        phone="+8613800138000", phone_verified_at=clock.now()
    )
    linwei.refresh_from_db()
    send_to(linwei, "before")
    sign_in_twice(client, linwei)

    answer = client.post(DESTINATION, {"holder": "林薇", "identifier": "after"})

    assert (answer.status_code, answer["Location"]) == (302, WALLET)
    assert Destination.objects.get(retired_at=None).identifier == "after"
    letters = Letter.objects.filter(kind="destination_changed").order_by("channel")
    assert [(letter.channel, letter.address) for letter in letters] == [
        ("email", "linwei@example.test"),
        ("sms", "+8613800138000"),
    ]
    assert Notice.objects.get().data == {"hours": 72}


def test_a_proof_of_an_hour_ago_is_not_enough(client, linwei, send_to, monkeypatch):
    send_to(linwei, "before")
    sign_in_twice(client, linwei)
    present = time.time()
    monkeypatch.setattr(time, "time", lambda: present + 301)

    assert client.post(DESTINATION, {"holder": "林薇", "identifier": "after"}).status_code == 403
    assert Destination.objects.get(retired_at=None).identifier == "before"


def test_a_code_proves_it_and_leads_back_to_what_was_typed(her, linwei, send_to, settings):
    send_to(linwei, "before")
    her.post(DESTINATION, {"holder": "林薇", "identifier": "after"})
    there = f"/accounts/prove/?next={DESTINATION}"
    assert her.get(there).status_code == 200
    assert her.post("/accounts/prove/", {"next": DESTINATION}).status_code == 200
    code = her.session["code_to_prove"]["code"]
    assert code in mail.outbox[-1].body
    wrong = her.post("/accounts/prove/", {"code": "000000", "next": DESTINATION})
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.content.decode()) == (422, True)

    answer = her.post("/accounts/prove/", {"code": code, "next": DESTINATION})

    assert (answer.status_code, answer["Location"]) == (302, DESTINATION)
    assert 'value="after"' in her.get(DESTINATION).content.decode()
    assert her.post(DESTINATION, {"holder": "林薇", "identifier": "after"}).status_code == 302
    assert Destination.objects.get(retired_at=None).identifier == "after"
    assert "destination_draft" not in her.session


def test_a_code_is_guessed_three_times_at_most(her, linwei):
    her.post("/accounts/prove/", {})
    code = her.session["code_to_prove"]["code"]
    for _ in range(3):
        assert her.post("/accounts/prove/", {"code": "x"}).status_code == 422

    assert her.post("/accounts/prove/", {"code": code}).status_code == 422


def test_a_code_leads_to_no_other_host(her, linwei):
    her.post("/accounts/prove/", {})
    sent = {"code": her.session["code_to_prove"]["code"], "next": "https://evil.example/"}

    assert her.post("/accounts/prove/", sent)["Location"] == "/me"


def test_saving_what_is_saved_asks_for_no_proof(her, linwei, send_to):
    destinations.set_destination(person=linwei, identifier="linwei", holder="林薇")

    assert her.post(DESTINATION, GOOD).status_code == 302
    assert Destination.objects.count() == 1


@pytest.fixture
def two_rails(settings) -> None:
    settings.PAYOUT_RAILS = ["sandbox", "bank_csv"]


def test_of_several_rails_one_is_chosen(proved, linwei, two_rails):
    page = proved.get(DESTINATION).content.decode()
    assert page.count('type="radio"') == 2
    sent = {"provider": "bank_csv", "holder": "林薇", "identifier": "4111 1111 1111 1111"}

    assert proved.post(DESTINATION, sent).status_code == 302

    found = Destination.objects.get()
    assert (found.provider, found.identifier) == ("bank_csv", "4111111111111111")


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier": "4111111111111112"},
        {"identifier": "linwei"},
        {"provider": "stripe"},
        {"provider": ""},
        {"provider": "x" * 999},
    ],
)
def test_what_the_rail_cannot_pay_is_said_beside_the_field(her, linwei, two_rails, wrong):
    sent = {"provider": "bank_csv", "holder": "林薇", "identifier": "4111111111111111"} | wrong

    answer = her.post(DESTINATION, sent)
    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)
    assert not Destination.objects.exists()
