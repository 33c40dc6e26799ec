"""Reading banks' files: every encoding and habit, and never a guess."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from payments import reasons
from payments.gateways.bank_statement import BadLine, NotAStatement, read
from payments.gateways.port import StatementLine

ONE, TWO = "7K3M9PQRST", "A000000001"
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def line(reference: str, minor: int, **by) -> StatementLine:
    words = {
        "provider_ref": "T1",
        "currency": "CNY",
        "kind": "payout",
        "status": "settled",
        "at": DAY,
    }
    return StatementLine(**{"reference": reference, "amount_minor": minor, **words, **by})


GERMAN = (
    "Account;DE89370400440532013000;;\n"
    "Period;1.11.2026 - 30.11.2026;;\n"
    "\n"
    "Buchungstag;Betrag (EUR);Verwendungszweck;Transaction ID\n"
    f"23.11.2026;-1.234,56;Weidian {ONE} danke;T1\n"
    f"23.11.2026;50,00;RETURN {TWO.lower()};T2\n"
    "23.11.2026;-0,35;Entgelt;T3\n"
)
CHINESE = (
    "交易日期,借方发生额(支出),贷方发生额(收入),币种,摘要,交易流水号\r\n"
    f'2026年11月23日,"1,234.56",,人民币,提现 {ONE},T1\r\n'
    f"20261123 10:00:00,0.00,50.00,CNY,退汇{TWO},T2\r\n"
)
RESULTS = (
    "商户流水号\t付款金额\t付款状态\t付款日期\n"
    f"{ONE}\t1234.56\t付款成功\t2026/11/23\n"
    f"{TWO}\t50.00\t失败\t2026/11/23\n"
)


def test_a_european_statement():
    found = read(GERMAN.encode(), currency="EUR")

    assert found.bad == []
    assert found.lines == [
        line(ONE, -123_456, currency="EUR"),
        line(TWO, 5000, currency="EUR", provider_ref="T2", status="returned"),
        line("", -35, currency="EUR", provider_ref="T3", kind="other"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_statement_in_any_encoding(encoding):
    found = read(CHINESE.encode(encoding), currency="CNY")

    assert found.bad == []
    assert found.lines == [
        line(ONE, -123_456),
        line(TWO, 5000, provider_ref="T2", status="returned"),
    ]


def test_a_list_of_payments_says_what_became_of_each():
    found = read(RESULTS.encode("gb18030"), currency="CNY")

    assert [(one.reference, one.amount_minor, one.status) for one in found.lines] == [
        (ONE, -123_456, "settled"),
        (TWO, -5000, "rejected"),
    ]


def test_the_same_file_twice_is_the_same_lines_and_twins_stay_two():
    twins = f"date,amount,reference\n2026-11-23,-50.00,{ONE}\n2026-11-23,-50.00,{ONE}\n"
    first, again = (read(twins.encode(), currency="CNY").lines for _ in range(2))

    assert first == again
    assert len({one.provider_ref for one in first}) == 2
    assert all(one.provider_ref.startswith("row-") for one in first)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("-50", -5000),
        ("-50.5", -5050),
        ("−50.00", -5000),
        ("(50.00)", -5000),
        ("50.00-", -5000),
        ("+50.00", 5000),
        ("¥50.00", 5000),
        ("CNY 50.00", 5000),
        ("50.00元", 5000),
        ("５０．００", 5000),
        ("1 234,56", 123_456),
        ("1'234.56", 123_456),
        ("1,234,567.89", 123_456_789),
        ("1.234.567,89", 123_456_789),
    ],
)
def test_amounts_as_banks_write_them(written, minor):
    content = f'date;amount;reference\n2026-11-23;"{written}";{ONE}\n'

    (found,) = read(content.encode(), currency="CNY").lines
    assert found.amount_minor == minor


@pytest.mark.parametrize(
    "written",
    ["", "0", "0.00", "1,234", "1.234", "12,34,567.00", "1.234.56", "50.123", "1e5", "NaN", "٥٠",
     "five", "50..00", "1,2345.00", "9" * 40, "5-0", "=5", "1,234.567,89"],
)  # fmt: skip
def test_an_amount_that_is_not_plain_is_reported_with_its_line(written):
    content = f'note\ndate;amount;reference\n2026-11-23;"{written}";{ONE}\n2026-11-23;-1.00;{TWO}\n'

    found = read(content.encode(), currency="CNY")
    assert found.bad == [BadLine(3, "amount")]
    assert [one.reference for one in found.lines] == [TWO]


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-13-01", "2026-02-30", "23.11.26", "11/2026", "0000-01-01", "9" * 8,
     "٢٠٢٦-١١-٢٣"],
)  # fmt: skip
def test_a_day_that_is_not_plain_is_reported(written):
    content = f"date,amount,reference\n{written},-50.00,{ONE}\n"

    assert read(content.encode(), currency="CNY").bad == [BadLine(2, "day")]


def test_another_currency_is_reported():
    content = f"date,amount,currency,reference\n2026-11-23,-50.00,USD,{ONE}\n"

    assert read(content.encode(), currency="CNY").bad == [BadLine(2, "currency")]


@pytest.mark.parametrize("row", ["2026-11-23", "2026-11-23,,", ",,x"])
def test_a_row_that_is_too_short_is_reported(row):
    content = f"date,amount,reference\n{row}\n"

    assert len(read(content.encode(), currency="CNY").bad) == 1


def test_both_sides_filled_or_neither_is_no_amount():
    content = f"date,debit,credit,reference\n2026-11-23,5,5,{ONE}\n2026-11-23,,,{ONE}\n"

    assert read(content.encode(), currency="CNY").bad == [
        BadLine(2, "amount"),
        BadLine(3, "amount"),
    ]


def test_a_reference_inside_a_longer_word_is_none():
    content = f"date,amount,reference\n2026-11-23,-5,X{ONE}\n2026-11-23,-5,{ONE}9\n"

    assert [one.reference for one in read(content.encode(), currency="CNY").lines] == ["", ""]


HEADER = b"date,amount,reference\n"
ROW = b"2026-11-23,-1.00,A000000001\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "header"),
        (b"\n\n\n", "header"),
        (b"just words", "header"),
        (b"date,amount\n2026-11-23,5\n", "header"),
        (b"\n" * 10 + b"x\n" * 40 + HEADER, "header"),
        (b"\xff\xff\xff", "encoding"),
        (b"PK\x03\x04\x00\x00", "encoding"),
        (HEADER + b"a\0b,1,2\n", "encoding"),
        (HEADER + b'2026-11-23,"5\n', "unreadable"),
        (HEADER + b'2026-11-23,"5"0,x\n', "unreadable"),
        (HEADER + b"x" * 200_000, "unreadable"),
        (HEADER + ROW * 10_001, "too_many"),
        (b" " * (10 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=lambda given: repr(given)[:20],
)
def test_what_is_no_statement_says_what_to_do(content, code):
    with pytest.raises(NotAStatement) as refused:
        read(content, currency="CNY")

    assert refused.value.code == code
    for language in ("en", "zh-hans"):
        with override(language):
            assert reasons.what_is_wrong_with_file(code)


def test_ten_thousand_rows_are_read():
    assert len(read(HEADER + ROW * 10_000, currency="CNY").lines) == 10_000


@given(st.binary(max_size=400))
def test_whatever_stands_below_the_header_is_read_reported_or_refused(rest):
    try:
        found = read(HEADER + rest, currency="CNY")
    except NotAStatement:
        return
    assert all(reasons.what_is_wrong_with_line(bad.code) for bad in found.bad)
