"""Money: whole minor units, exact shares, sums that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import CurrencyMismatch, Money, NotAnAmount, read_amount, share_minor, split


def test_a_share_is_rounded_down():
    assert Money(6800, "CNY").share(1000) == Money(680, "CNY")
    assert Money(999, "CNY").share(1000) == Money(99, "CNY")
    assert share_minor(1, 3000) == 0


def test_two_currencies_never_add():
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "USD")


def test_a_split_gives_the_last_unit_to_the_largest_remainder():
    # 100 by 1:1:1 is 33.3 each; equal remainders go to the earlier part
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    # 10 by 5:3:1 is 5.55, 3.33, 1.11
    assert split(10, [5, 3, 1]) == [6, 3, 1]
    assert split(7, [0, 0]) == [0, 0]


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=6).filter(any),
)
def test_a_split_always_adds_up_and_gives_nothing_to_nobody(total, weights):
    parts = split(total, weights)

    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("68", 6800), ("68.5", 6850), ("1,280.00", 128000), (" 0.01 ", 1)],
)
def test_amounts_are_read_as_people_type_them(typed, minor):
    assert read_amount(typed, "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "abc",
        "１",
        "-5",
        "+5",
        "1e3",
        "0x10",
        "1.234",
        "..",
        "1.2.3",
        "NaN",
        "Infinity",
        "9" * 40,
        "٣",
        "5 6",
        "\x00",
        "5\n6",
    ],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(NotAnAmount):
        read_amount(typed, "CNY")


def test_yen_have_no_decimals():
    assert read_amount("680", "JPY") == Money(680, "JPY")
    with pytest.raises(NotAnAmount):
        read_amount("680.5", "JPY")


def test_money_is_written_as_its_reader_writes_it():
    assert Money(6800, "CNY").display("zh-hans") == "¥68.00"
    assert Money(128000, "CNY").display("en") == "¥1,280.00"
    assert Money(6800, "CNY").parts("zh-hans") == ("¥", "68", ".00")
    assert Money(680, "JPY").parts("en") == ("¥", "680", "")
    assert Money(-50, "CNY").parts("zh-hans") == ("−¥", "0", ".50")
    assert Money(6805, "CNY").plain() == "68.05"
