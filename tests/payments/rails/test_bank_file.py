"""The bank's file: the same payouts make the same bytes, and none that do harm."""

import csv
import hashlib
import io
from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from payments.gateways.bank_csv import NotForThisFile, file_of, layout_of, plain
from payments.gateways.bank_numbers import bank_card, iban
from payments.gateways.port import BadDestination, NoStatement, PayoutFact, Unknown
from payments.gateways.registry import rail
from tests.payments.rails.asking import wanted

RAIL = rail("bank_csv")
MONDAY = date(2026, 11, 23)
CARD = "6222020200112230"
IBAN = "DE89370400440532013000"


def chinese(reference="7K3M9PQRST", **by):
    return wanted(**{"reference": reference, "destination": CARD, **by})


def european(**by):
    words = {"currency": "EUR", "destination": IBAN, "holder": "Zoë Müller", **by}
    return wanted(**{"reference": "7K3M9PQRST", **words})


def cells_of(content: bytes, *, separator: str = ",") -> list[list[str]]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=separator))


# --- the bytes --------------------------------------------------------------------------


def test_the_chinese_file_is_this_one():
    file = file_of(
        [chinese("B000000002", amount_minor=123456), chinese("A000000001")], paid_on=MONDAY
    )

    assert file.content.decode("utf-8") == (
        "\ufeff收款账号,收款户名,金额,币种,附言,商户流水号,付款日期\r\n"
        f"{CARD},林薇,50.00,CNY,A000000001,A000000001,2026-11-23\r\n"
        f"{CARD},林薇,1234.56,CNY,B000000002,B000000002,2026-11-23\r\n"
    )
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()


def test_the_european_file_is_this_one():
    file = file_of([european(amount_minor=7)], paid_on=MONDAY, layout="sepa")

    assert file.content == (
        b"Beneficiary name;IBAN;Amount;Currency;End-to-end ID;Remittance information;"
        b"Execution date\r\n"
        b"Zoe Muller;DE89370400440532013000;0.07;EUR;7K3M9PQRST;7K3M9PQRST;2026-11-23\r\n"
    )


@pytest.mark.proves("T36")
def test_the_same_payouts_in_another_order_are_the_same_bytes():
    items = [chinese(f"{letter}000000001") for letter in "ABC"]

    assert file_of(items, paid_on=MONDAY) == file_of(items[::-1], paid_on=MONDAY)


def test_a_file_of_nothing_has_only_its_header():
    assert len(cells_of(file_of([], paid_on=MONDAY).content)) == 1


@pytest.mark.parametrize(
    ("holder", "shown"),
    [
        ('=HYPERLINK("http://x")', 'HYPERLINK("http://x")'),
        ("+86 林薇", "86 林薇"),
        ("@SUM(1)", "SUM(1)"),
        ("\t=1+1", "1+1"),
        ("-2+3", "2+3"),
        ("＝1", "1"),
        ('林\n薇,"小"', '林 薇,"小"'),
        ("林\u202e薇", "林 薇"),
        ("名" * 200, "名" * 70),
    ],
)
def test_no_cell_is_a_formula_or_breaks_its_row(holder, shown):
    rows = cells_of(file_of([chinese(holder=holder)], paid_on=MONDAY).content)

    assert len(rows) == 2
    assert rows[1][1] == shown


@given(st.text(max_size=100))
def test_whatever_a_name_holds_a_cell_is_one_plain_line(name):
    cell = plain(name)

    assert cell[:1] not in tuple("=+-@\t\r")
    assert cell.isprintable()
    assert len(cell) <= 70


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ({"currency": "EUR"}, "refused"),
        ({"amount_minor": 0}, "limit"),
        ({"amount_minor": -1}, "limit"),
        ({"amount_minor": 5_000_000_001}, "limit"),
        ({"destination": "6222020200112231"}, "fix_destination"),
        ({"destination": IBAN}, "fix_destination"),
        ({"holder": " =  "}, "fix_destination"),
    ],
)
def test_one_that_cannot_be_paid_stops_the_whole_file(by, reason):
    with pytest.raises(NotForThisFile) as refused:
        file_of([chinese("A000000001"), chinese("B000000002", **by)], paid_on=MONDAY)

    assert (refused.value.reference, refused.value.reason) == ("B000000002", reason)


def test_a_name_sepa_cannot_carry_is_refused():
    with pytest.raises(NotForThisFile):
        file_of([european(holder="林薇")], paid_on=MONDAY, layout="sepa")


def test_an_unknown_layout_says_which_there_are():
    with pytest.raises(ImproperlyConfigured, match="china, sepa"):
        layout_of("swift")


# --- the rail ---------------------------------------------------------------------------


def test_nothing_is_sent_and_nothing_is_guessed():
    payout = chinese()

    assert isinstance(RAIL.send_payout(payout), Unknown)
    assert isinstance(RAIL.payout(payout), Unknown)
    with pytest.raises(NoStatement):
        RAIL.statement(MONDAY)
    able = RAIL.capabilities
    assert (able.by_file, able.looks_up, able.has_statement) == (True, False, False)


def test_what_no_file_can_carry_is_refused_at_once():
    fact = RAIL.send_payout(chinese(currency="EUR"))

    assert isinstance(fact, PayoutFact)
    assert (fact.status, fact.reason) == ("rejected", "refused")


def test_the_layout_decides_what_a_destination_is(settings):
    assert RAIL.check_destination("6222 0202 0011 2230", "林薇") == CARD
    settings.BANK_LAYOUT = "sepa"
    assert RAIL.check_destination("de89 3704 0044 0532 0130 00", "Zoë") == IBAN
    assert RAIL.capabilities.currencies == {"EUR"}


@pytest.mark.parametrize(("layout", "holder"), [("china", " \t"), ("sepa", "林薇"), ("sepa", "")])
def test_a_name_is_needed(settings, layout, holder):
    settings.BANK_LAYOUT = layout
    with pytest.raises(BadDestination, match="holder"):
        RAIL.check_destination(CARD if layout == "china" else IBAN, holder)


# --- check digits -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        IBAN,
        "GB29NWBK60161331926819",
        "FR1420041010050500013M02606",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
    ],
)
def test_an_iban_is_read_however_it_is_spaced(number):
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4)).lower()

    assert iban(spaced) == number


def test_every_single_wrong_digit_of_an_iban_is_seen():
    for at, right in enumerate(IBAN[2:], 2):
        for digit in "0123456789":
            if digit != right:
                with pytest.raises(BadDestination):
                    iban(IBAN[:at] + digit + IBAN[at + 1 :])


@pytest.mark.parametrize(
    "typed",
    ["", "DE", IBAN[:-1], IBAN + "0", "US64SVBKUS6S3300958879", "IR580540105180021273113007",
     "DE8937040044053201300٠", "\x00" + IBAN, IBAN * 3, "林薇"],
)  # fmt: skip
def test_what_is_no_sepa_iban_is_refused(typed):
    with pytest.raises(BadDestination, match="iban"):
        iban(typed)


@pytest.mark.parametrize("typed", [CARD, "6222-0202-0011-2230", "６２２２０２０２００１１２２３０"])
def test_a_card_is_read_however_it_is_spaced(typed):
    assert bank_card(typed) == CARD


def test_every_single_wrong_digit_of_a_card_is_seen():
    for at, right in enumerate(CARD):
        for digit in "0123456789":
            if digit != right:
                with pytest.raises(BadDestination):
                    bank_card(CARD[:at] + digit + CARD[at + 1 :])


@pytest.mark.parametrize(
    "typed",
    ["", "622202020011223", "0" * 16, "8" * 16, CARD + "0000", "٦222020200112230", "a" * 10**6],
    ids=lambda typed: typed[:20],
)
def test_what_is_no_card_is_refused(typed):
    with pytest.raises(BadDestination, match="bank_card"):
        bank_card(typed)
