"""Alipay: what its library sends for us, against a contract fake; not live."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from kit import clock
from payments.gateways import alipay as gateway
from payments.gateways.port import Absent, BadDestination, NoStatement, PayoutFact, PayoutWanted
from payments.gateways.port import Unknown as NotKnown
from payments.gateways.registry import rail
from tests.payments.rails import asking

RAIL = rail("alipay")


def wanted(**by) -> PayoutWanted:
    return asking.wanted(**{"destination": "13800138000", **by})


def sent(payout: PayoutWanted) -> PayoutFact:
    fact = RAIL.send_payout(payout)
    assert isinstance(fact, PayoutFact), fact
    return fact


def test_a_transfer_is_sent_in_yuan_with_two_decimals(alipay):
    payout = wanted(amount_minor=123_407)
    fact = sent(payout)

    (words,) = alipay.sent
    assert words["trans_amount"] == "1234.07"
    assert words["payee_info"] == {
        "identity": "13800138000",
        "identity_type": "ALIPAY_LOGON_ID",
        "name": "林薇",
    }
    assert (words["out_biz_no"], words["order_title"]) == (payout.reference, "2026-W47")
    assert (fact.status, fact.amount_minor, fact.currency) == ("settled", 123_407, "CNY")
    assert RAIL.payout(payout) == fact
    assert alipay.money_moved() == {payout.reference: -123_407}


def test_a_user_id_is_sent_as_one(alipay):
    assert sent(wanted(destination="2088612477411337")).status == "settled"
    assert alipay.sent[0]["payee_info"]["identity_type"] == "ALIPAY_USER_ID"


@pytest.mark.parametrize("fault", ["drop_after", "system_error_after"])
def test_paid_but_not_heard_is_unknown_and_then_found(alipay, fault):
    payout = wanted()
    alipay.faults = [fault]

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    found = RAIL.payout(payout)
    assert isinstance(found, PayoutFact)
    assert (found.status, found.amount_minor) == ("settled", 5000)
    assert alipay.money_moved() == {payout.reference: -5000}


@pytest.mark.parametrize("fault", ["drop_before", "20000", "SYSTEM_ERROR"])
def test_not_heard_and_not_there_is_sent_again_in_the_same_words(alipay, fault):
    payout = wanted()
    alipay.faults = [fault]
    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert RAIL.payout(payout) == Absent()

    assert sent(payout).status == "settled"
    assert sent(payout).status == "settled"
    assert alipay.sent[0] == alipay.sent[1]
    assert alipay.money_moved() == {payout.reference: -5000}


@pytest.mark.parametrize("fault", ["drop", "20000", "40002"])
def test_a_look_up_that_is_not_answered_is_unknown(alipay, fault):
    payout = wanted()
    sent(payout)
    alipay.look_ups = [fault]

    assert isinstance(RAIL.payout(payout), NotKnown)


def test_an_answer_with_a_forged_signature_was_not_heard(alipay):
    payout = wanted()
    alipay.signs_well = False

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert isinstance(RAIL.payout(payout), NotKnown)


def test_one_under_way_is_accepted_and_one_that_came_back_is_returned(alipay):
    payout = wanted()
    alipay.faults = ["DEALING"]
    assert sent(payout).status == "accepted"

    alipay.orders[payout.reference] |= {"status": "REFUND", "error_code": "PAYEE_NOT_EXIST"}
    found = RAIL.payout(payout)
    assert isinstance(found, PayoutFact)
    assert (found.status, found.reason) == ("returned", "fix_destination")


@pytest.mark.parametrize("said", ["fifty", "50.001", "-50.00", ""])
def test_an_amount_of_another_shape_is_not_understood(alipay, said):
    payout = wanted()
    sent(payout)
    alipay.orders[payout.reference]["trans_amount"] = said

    assert isinstance(RAIL.payout(payout), NotKnown)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("PAYEE_NOT_EXIST", "fix_destination"),
        ("SECURITY_CHECK_FAILED", "compliance"),
        ("EXCEED_LIMIT_DM_AMOUNT", "limit"),
        ("SOME_NEW_WORD", "refused"),
    ],
)
def test_a_refusal_says_what_to_do(alipay, word, reason):
    alipay.faults = [word]

    fact = sent(wanted())
    assert (fact.status, fact.reason) == ("rejected", reason)
    assert alipay.money_moved() == {}


def test_too_little_on_our_own_balance_is_nobody_elses_fault(alipay):
    payout = wanted()
    alipay.balance_minor = 4999
    assert (sent(payout).status, sent(payout).reason) == ("rejected", "no_funds")

    alipay.balance_minor = 5000
    assert sent(payout).status == "settled"


@pytest.mark.parametrize("identifier", ["13800138000", "lin@example.cn", "2088612477411337"])
def test_an_account_is_a_phone_a_mail_or_a_user_id(identifier):
    assert RAIL.check_destination(f" {identifier} ", "林薇") == identifier


@pytest.mark.parametrize(
    "identifier",
    ["", "23800138000", "linwei", "a@b", "1380013800", "１３８００１３８０００", "@" * 10**5],
)
def test_what_is_no_account_is_refused(identifier):
    with pytest.raises(BadDestination, match="alipay_account"):
        RAIL.check_destination(identifier, "林薇")


def test_a_name_belongs_to_it():
    with pytest.raises(BadDestination, match="holder"):
        RAIL.check_destination("13800138000", "\t")


def test_without_its_files_it_says_which(settings, tmp_path):
    settings.ALIPAY_APP_ID = "2021000000000002"
    settings.ALIPAY_CERTIFICATE_FILE = settings.ALIPAY_KEY_FILE = str(tmp_path / "none")
    with pytest.raises(ImproperlyConfigured, match="WEIDIAN_ALIPAY_KEY_FILE"):
        RAIL.payout(wanted())


def test_its_calls_end(alipay):
    assert gateway._client()._config.timeout == 8


def test_there_is_no_statement_to_fetch():
    with pytest.raises(NoStatement):
        RAIL.statement(clock.now().date())
