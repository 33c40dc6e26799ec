"""The wallet's pages: what they show, whom they refuse, and what bad input gets."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from django.utils.timezone import localtime

from kit import clock
from kit.dates import at_time
from ledger.balances import balance_of
from payments import destinations, holds, payouts
from payments.models import Destination, Payout
from tests.payments.pages import DESTINATION, HORRORS, KEY, WALLET, WITHDRAW, post, text_of

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


# --- a part of it, the story of it, and calling it off ------------------------------------------


def test_a_part_is_withdrawn(her, linwei_earned):
    answer = her.post(WITHDRAW, {"account": "earned-cny", "key": KEY, "amount": "25.50"})

    assert answer.status_code == 302
    assert Payout.objects.get().amount_minor == 2550
    assert balance_of(linwei_earned) == 7450
    again = her.post(WITHDRAW, {"account": "earned-cny", "key": KEY, "amount": "90"})
    assert (again.status_code, Payout.objects.count()) == (302, 1)  # the same press


@pytest.mark.parametrize(
    "amount", ["9.99", "0", "-20", "100.01", "abc", "１０", "1e3", "20.001", "9" * 30, "20\x00"]
)
def test_an_amount_that_cannot_be_is_said_beside_the_field(her, linwei_earned, amount):
    answer = post(her, WITHDRAW, {"account": "earned-cny", "key": KEY, "amount": amount})

    assert answer.status_code in {400, 422}
    if answer.status_code == 422:
        page = answer.content.decode()
        assert 'aria-invalid="true"' in page
        assert "<details open>" in page
    assert not Payout.objects.exists()
    assert balance_of(linwei_earned) == 10_000


def test_a_large_one_says_that_a_person_looks_first(her, linwei, earn, send_to):
    send_to(linwei)
    earn(linwei, 300_000)

    page = her.post(WITHDRAW, {"account": "earned-cny", "key": KEY}, follow=True)
    assert "A person looks at it first" in text_of(page)
    assert Payout.objects.get().state == "awaiting"


def test_who_is_held_reads_why_and_until_when(her, linwei, linwei_earned):
    with clock.stopped_at(clock.now()):
        until = clock.now() + timedelta(days=3)
        holds.place(person=linwei, reason="dispute", words="Case 7.", until=until)

        answer = withdraw(her)
        assert answer.status_code == 409
        said = text_of(answer)
        assert "a case about your sales is being looked into. Case 7." in said
        assert at_time(localtime(until)) in said
        page = text_of(her.get(WALLET))
        assert "Nothing can be sent until" in page
        assert "disabled" in her.get(WALLET).content.decode()
    assert not Payout.objects.exists()


def test_what_was_not_sent_is_called_off(her, linwei, linwei_earned):
    withdraw(her)
    path = f"{WALLET}/{Payout.objects.get().reference}/call-off"
    assert path in her.get(WALLET).content.decode()

    assert her.post(path)["Location"] == WALLET
    assert balance_of(linwei_earned) == 10_000
    assert her.post(path).status_code == 409
    assert path not in her.get(WALLET).content.decode()


def test_nobody_calls_off_for_others(her, chen, earn, send_to):
    send_to(chen, "chen-wallet")
    other = payouts.ask(person=chen, account=earn(chen, 5000), amount_minor=5000, run="r")

    assert her.post(f"{WALLET}/{other.reference}/call-off").status_code == 404
    assert her.get(f"{WALLET}/{other.reference}/confirm").status_code == 404
    other.refresh_from_db()
    assert other.state == "reserved"


def test_what_waits_for_the_payee_leads_to_its_confirmation(her, linwei, linwei_earned):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    path = f"{WALLET}/{payout.reference}/confirm"
    assert her.get(path).status_code == 404
    Payout.objects.update(state="awaiting_payee", confirm_token="pkg<1>", confirm_until=clock.now())

    assert path in her.get(WALLET).content.decode()
    assert 'data-package="pkg&lt;1&gt;"' in her.get(path).content.decode()


def test_the_table_is_safe_to_open(her, linwei, linwei_earned):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    Payout.objects.update(destination="=HYPERLINK(1)+cmd", reference="=1+1")

    answer = her.get(f"{WALLET}/withdrawals.csv")
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    header, row = text.removeprefix("\ufeff").splitlines()
    assert text.startswith("\ufeff")
    assert header == "Date,Number,Amount,Currency,State,To,Note"
    assert row.split(",")[1:] == ["'=1+1", "50.00", "CNY", "waiting to be sent", "'+cmd", ""]
    assert payout.pk


def test_the_wallet_says_when_the_next_payday_is(her, linwei_earned):
    with clock.stopped_at(datetime(2026, 11, 22, 4, 0, tzinfo=UTC)):
        assert "Next: Mon 23 Nov" in text_of(her.get(WALLET))


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
