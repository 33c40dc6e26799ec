"""The wallet's pages: what they show, whom they refuse, and what bad input gets."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import translation

from kit import clock
from ledger.balances import balance_of
from payments import destinations, payouts
from payments.models import Destination, Payout

WALLET = "/me/wallet"
WITHDRAW = "/me/wallet/withdraw"
DESTINATION = "/me/wallet/destination"
KEY = "0123456789"


@pytest.fixture
def her(client, linwei):
    """A browser in which Lin Wei is signed in, in English."""
    client.force_login(linwei)
    client.cookies["django_language"] = "en"
    return client


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def post(browser, path, sent):
    """Post text that may be no text at all: half characters, NUL bytes."""
    fields = {name: text.encode("utf-8", "surrogatepass") for name, text in sent.items()}
    return browser.post(path, urlencode(fields), "application/x-www-form-urlencoded")


# --- the wallet -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [WALLET, DESTINATION])
def test_a_stranger_signs_in_first(client, db, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_an_empty_wallet_says_from_what_sum_on(her):
    answer = her.get(WALLET)

    assert answer.status_code == 200
    assert re.search(r"You can withdraw from \S*¥10\.00 on\.", text_of(answer))
    assert "disabled" in answer.content.decode()


def test_a_full_wallet_offers_all_of_it(her, linwei_earned):
    assert re.search(r"Withdraw \S*¥100\.00", text_of(her.get(WALLET)))


def test_a_vendor_sees_each_shop(client, chen, hill_shop, earn):
    earn(hill_shop, 5000)
    client.force_login(chen)

    answer = text_of(client.get(WALLET))
    assert "山里的小店" in answer
    assert "¥50.00" in answer


def test_history_tells_each_state_and_what_to_do(her, linwei, linwei_earned):
    for state in Payout.State.values:
        payouts.ask(person=linwei, account=linwei_earned, amount_minor=1000, run=f"r-{state}")
        Payout.objects.filter(run=f"r-{state}").update(state="settled")
    for state in Payout.State.values:
        Payout.objects.filter(run=f"r-{state}").update(state="returned", reason="fix_destination")

    answer = text_of(her.get(WALLET))
    assert answer.count("came back") == 10
    assert answer.count("The account is closed, or not yours. Set another one and try again.") == 10


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x", "١", "%F0%9F%8D%AF"])
def test_a_page_that_is_not_there_is_the_nearest(her, page):
    assert her.get(f"{WALLET}?page={page}").status_code == 200


def test_a_wallet_asks_for_no_more_with_more_history(
    her, linwei, linwei_earned, django_assert_max_num_queries
):
    for number in range(9):
        payouts.ask(person=linwei, account=linwei_earned, amount_minor=1000, run=str(number))
        Payout.objects.update(state="settled")

    with django_assert_max_num_queries(20):
        her.get(WALLET)


# --- taking it out ------------------------------------------------------------------------


def withdraw(browser, account="earned-cny", key=KEY):
    return browser.post(WITHDRAW, {"account": account, "key": key})


def test_pressing_the_button_sends_all_of_it(her, linwei, linwei_earned):
    answer = withdraw(her)

    assert (answer.status_code, answer["Location"]) == (302, WALLET)
    payout = Payout.objects.get()
    assert (payout.person, payout.amount_minor, payout.run) == (linwei, 10_000, f"press-{KEY}")
    assert balance_of(linwei_earned) == 0


def test_two_taps_are_one_press(her, linwei_earned):
    assert [withdraw(her).status_code for _ in range(2)] == [302, 302]
    assert Payout.objects.count() == 1


def test_the_button_on_the_page_works(her, linwei_earned):
    page = her.get(WALLET).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)

    assert withdraw(her, key=key).status_code == 302


def test_another_press_while_one_is_under_way_is_refused(her, linwei, linwei_earned):
    payouts.ask(person=linwei, account=linwei_earned, amount_minor=2000, run="r")

    answer = withdraw(her)
    assert answer.status_code == 409
    assert "still on its way" in text_of(answer)
    assert Payout.objects.count() == 1


@pytest.mark.parametrize("minor", [0, 999])
def test_too_little_is_refused_with_the_sum(her, linwei, earn, send_to, minor):
    send_to(linwei)
    if minor:
        earn(linwei, minor)

    answer = withdraw(her)
    assert answer.status_code == 409
    assert "¥10.00" in text_of(answer)


def test_without_a_destination_it_says_so(her, linwei, earn):
    earn(linwei, 5000)

    answer = withdraw(her)
    assert answer.status_code == 409
    assert "where the money should go" in text_of(answer)


def test_a_fresh_destination_says_until_when(her, linwei, linwei_earned, send_to):
    send_to(linwei, "another")

    page = her.get(WALLET)
    assert "withdrawing opens again on" in text_of(page)
    answer = withdraw(her)
    assert answer.status_code == 409
    assert "Withdraw again after" in text_of(answer)
    usable_at = destinations.usable_at(Destination.objects.get(retired_at=None))
    with clock.stopped_at(usable_at + timedelta(seconds=1)):
        assert withdraw(her).status_code == 302


@pytest.mark.parametrize("account", ["earned-usd", "shop-shanli", "sharer:1:CNY", "x", "林"])
def test_an_account_that_is_not_mine_is_not_there(her, linwei_earned, hill_shop, earn, account):
    earn(hill_shop, 5000)

    assert withdraw(her, account=account).status_code == 404
    assert not Payout.objects.exists()


HORRORS = ["", " ", "\x00", "a\x00b", "-1", "９" * 10, "🍯" * 10, "x" * 10**5, "1" * 400, "\ud83c"]


@pytest.mark.parametrize("horror", HORRORS)
@pytest.mark.parametrize("field", ["account", "key"])
def test_a_form_that_was_tampered_with_writes_nothing(her, linwei_earned, field, horror):
    sent = {"account": "earned-cny", "key": KEY} | {field: horror}

    answer = post(her, WITHDRAW, sent)
    assert answer.status_code in {400, 404, 422}
    assert not Payout.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"key": KEY}, {"account": "earned-cny"}])
def test_a_missing_field_is_said(her, linwei_earned, sent):
    assert her.post(WITHDRAW, sent).status_code == 422
    assert not Payout.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_withdrawing_is_a_post(her, method):
    assert getattr(her, method)(WITHDRAW).status_code == 405


def test_a_stranger_withdraws_nothing(client, linwei_earned):
    assert withdraw(client).status_code == 302
    assert not Payout.objects.exists()


# --- where it goes ------------------------------------------------------------------------


def test_a_destination_is_set_and_shown(her, linwei):
    answer = her.post(DESTINATION, {"holder": " 林薇 ", "identifier": "linwei@pay"})

    assert (answer.status_code, answer["Location"]) == (302, WALLET)
    found = Destination.objects.get()
    assert (found.holder, found.identifier) == ("林薇", "linwei@pay")
    assert "linwei@pay" in text_of(her.get(WALLET))


def test_who_changes_it_is_told_of_the_wait_before(her, linwei, send_to):
    assert "72 hours" not in text_of(her.get(DESTINATION))
    send_to(linwei)

    assert "72 hours" in text_of(her.get(DESTINATION))


GOOD = {"holder": "林薇", "identifier": "linwei"}


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


@pytest.mark.parametrize("path", [WALLET, DESTINATION])
def test_pages_speak_chinese(client, linwei, linwei_earned, path):
    client.force_login(linwei)
    client.cookies["django_language"] = "zh-hans"

    answer = text_of(client.get(path))
    assert "钱" in answer
    for english in ("Wallet", "Withdraw", "account", "money"):
        assert english not in answer


def test_states_of_a_payout_have_words_in_both_languages():
    with translation.override("zh-hans"):
        chinese = [str(label) for label in Payout.State.labels]
    with translation.override("en"):
        english = [str(label) for label in Payout.State.labels]

    assert len(set(chinese)) == len(set(english)) == 10
    assert not set(chinese) & set(english)
