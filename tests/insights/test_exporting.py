"""Exporting: what spreadsheets would run is turned into text."""

import csv
from io import StringIO

import pytest

from insights.exporting import harmless, table


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠x"]
)
def test_a_formula_becomes_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["蜂蜜", "2026-11-22", "68.00", "a=b", "", "’=1"])
def test_plain_words_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_number_may_be_below_zero():
    assert harmless(-5) == "-5"


def test_a_table_reads_back_as_it_was_written():
    text = table(["名字", "订单"], [('林"薇,', 2), ("=cmd|' /C calc'!A0", -1)])

    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text.removeprefix("\ufeff")))) == [
        ["名字", "订单"],
        ['林"薇,', "2"],
        ["'=cmd|' /C calc'!A0", "-1"],
    ]
