"""WeChat Pay: what its library sends for us, against a contract fake; not live."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from kit import clock
from payments.gateways import wechatpay as gateway
from payments.gateways.port import Absent, BadDestination, NoStatement, PayoutFact, PayoutWanted
from payments.gateways.port import Unknown as NotKnown
from tests.payments.rails import asking

RAIL = gateway.WeChatPay()
OPENID = "o-MYE42l80oelYMDE34nYD456Xoy"


def wanted(**by) -> PayoutWanted:
    return asking.wanted(**{"destination": OPENID, **by})


def sent(payout: PayoutWanted) -> PayoutFact:
    fact = RAIL.send_payout(payout)
    assert isinstance(fact, PayoutFact), fact
    return fact


def found(payout: PayoutWanted) -> PayoutFact:
    fact = RAIL.payout(payout)
    assert isinstance(fact, PayoutFact), fact
    return fact


def test_a_bill_waits_for_its_payee_and_then_arrives(wechatpay):
    payout = wanted()
    fact = sent(payout)

    bill = wechatpay.bills[payout.reference]
    assert (fact.status, fact.confirm_token) == ("awaiting_payee", bill["package_info"])
    assert (fact.amount_minor, fact.currency) == (5000, "CNY")
    assert fact.provider_ref == bill["transfer_bill_no"]
    (asked,) = wechatpay.sent
    assert (asked["user_name"], asked["transfer_amount"]) == ("林薇", 5000)
    assert asked["transfer_remark"] == "2026-W47"
    assert wechatpay.money_moved() == {}

    wechatpay.confirm(payout.reference)
    assert found(payout) == replace(fact, status="settled", confirm_token="")
    assert wechatpay.money_moved() == {payout.reference: -5000}


def test_the_same_bill_twice_is_one_and_says_its_package_again(wechatpay):
    payout = wanted()

    assert sent(payout) == sent(payout)
    assert len(wechatpay.bills) == 1


def test_a_look_up_fetches_the_package_that_was_not_heard(wechatpay):
    payout = wanted()
    wechatpay.faults = ["drop_after"]
    assert isinstance(RAIL.send_payout(payout), NotKnown)

    package = wechatpay.bills[payout.reference]["package_info"]
    assert found(payout).confirm_token == package
    assert len(wechatpay.bills) == 1


def test_a_look_up_whose_second_question_is_not_heard_still_says_how_it_stands(wechatpay):
    payout = wanted()
    sent(payout)
    wechatpay.faults = ["drop_before"]

    fact = found(payout)
    assert (fact.status, fact.confirm_token) == ("awaiting_payee", "")


@pytest.mark.parametrize("fault", ["drop_before", "500", "429", "401"])
def test_not_heard_is_unknown_and_then_absent(wechatpay, fault):
    payout = wanted()
    wechatpay.faults = [fault]

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert RAIL.payout(payout) == Absent()


@pytest.mark.parametrize("fault", ["drop", "500", "429"])
def test_a_look_up_that_is_not_answered_is_unknown(wechatpay, fault):
    payout = wanted()
    sent(payout)
    wechatpay.look_ups = [fault]

    assert isinstance(RAIL.payout(payout), NotKnown)


def test_an_answer_with_a_forged_signature_was_not_heard(wechatpay):
    payout = wanted()
    wechatpay.signs_well = False

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert isinstance(RAIL.payout(payout), NotKnown)


def test_not_found_after_thirty_days_says_nothing(wechatpay):
    payout = wanted(first_sent_at=clock.now() - timedelta(days=29))

    assert isinstance(RAIL.payout(payout), NotKnown)
    assert RAIL.payout(wanted(first_sent_at=clock.now() - timedelta(days=28))) == Absent()


def test_nobody_confirmed_within_a_day(wechatpay):
    payout = wanted()
    sent(payout)
    wechatpay.ahead = timedelta(hours=23, minutes=59)
    assert found(payout).status == "awaiting_payee"

    wechatpay.ahead = timedelta(hours=24, minutes=1)
    fact = found(payout)
    assert (fact.status, fact.reason) == ("expired", "not_confirmed")
    assert wechatpay.money_moved() == {}
    assert sent(wanted()).status == "awaiting_payee"  # a new withdrawal is a new bill


def test_a_bill_that_is_withdrawn_has_expired(wechatpay):
    payout = wanted()
    sent(payout)
    fact = RAIL.cancel(payout)

    assert isinstance(fact, PayoutFact)
    assert (fact.status, fact.reason) == ("expired", "not_confirmed")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("NAME_NOT_CORRECT", "fix_destination"),
        ("ACCOUNT_FROZEN", "fix_destination"),
        ("REAL_NAME_CHECK_FAIL", "compliance"),
        ("DAY_RECEIVED_QUOTA_EXCEED", "limit"),
        ("SOME_NEW_WORD", "refused"),
    ],
)
def test_a_bill_that_failed_says_what_to_do(wechatpay, word, reason):
    payout = wanted()
    sent(payout)
    wechatpay.fail(payout.reference, word)

    fact = found(payout)
    assert (fact.status, fact.reason) == ("rejected", reason)


def test_too_little_on_our_own_balance_is_nobody_elses_fault(wechatpay):
    payout = wanted()
    wechatpay.balance_minor = 4999
    assert (sent(payout).status, sent(payout).reason) == ("rejected", "no_funds")

    wechatpay.balance_minor = 5000
    assert sent(payout).status == "awaiting_payee"


def test_a_refused_request_for_a_bill_that_is_there_is_no_refusal(wechatpay):
    payout = wanted()
    wechatpay.faults = ["drop_after"]
    RAIL.send_payout(payout)
    wechatpay.faults = ["INVALID_REQUEST"]

    assert sent(payout).status == "awaiting_payee"


def test_a_refused_request_whose_bill_cannot_be_looked_up_is_unknown(wechatpay):
    wechatpay.faults = ["INVALID_REQUEST"]
    wechatpay.look_ups = ["500"]

    assert isinstance(RAIL.send_payout(wanted()), NotKnown)


def test_from_two_thousand_on_a_name_is_needed(wechatpay):
    fact = sent(wanted(amount_minor=200_000, holder=" "))
    assert (fact.status, fact.reason) == ("rejected", "fix_destination")
    assert wechatpay.sent == []

    assert sent(wanted(amount_minor=200_000)).status == "awaiting_payee"


@pytest.mark.parametrize("identifier", ["", "o", OPENID[:-1], OPENID + "x", "x" + OPENID[1:], "林"])
def test_what_is_no_openid_is_refused(identifier):
    with pytest.raises(BadDestination, match="openid"):
        RAIL.check_destination(identifier, "林薇")


def test_a_name_belongs_to_it():
    assert RAIL.check_destination(f" {OPENID} ", "林薇") == OPENID
    with pytest.raises(BadDestination, match="holder"):
        RAIL.check_destination(OPENID, " ")


def test_without_its_settings_it_says_which(settings):
    settings.WECHATPAY_MERCHANT_ID = ""
    with pytest.raises(ImproperlyConfigured, match="WEIDIAN_WECHATPAY_MERCHANT_ID"):
        RAIL.payout(wanted())


def test_its_calls_end(wechatpay):
    assert gateway._client()._core._timeout == (2, 8)


def test_there_is_no_statement_to_fetch():
    with pytest.raises(NoStatement):
        RAIL.statement(clock.now().date())
