"""Files of tables: every cell is read as what it says, and never run."""

import csv

import pytest

from kit.tables import BYTE_ORDER_MARK, harmless, lines


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"]
)
def test_what_a_spreadsheet_would_run_is_quoted(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-30.26", "-1", "0", "68.00", "honey", "", "a=b", 5, -5])
def test_numbers_and_words_stay_as_they_are(cell):
    assert harmless(cell) == str(cell)


@pytest.mark.parametrize("cell", ["-1-1", "-１", "-1.", "-1e5", "--1"])
def test_what_only_looks_like_a_number_is_quoted(cell):
    assert harmless(cell) == f"'{cell}"


def test_lines_come_one_by_one_and_can_be_read_back():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield [number, 'a "quoted", cell\nof two lines', "蜜"]

    text = lines(["number", "words", "what"], rows())
    first = [next(text), next(text), next(text)]
    assert (first[0], asked) == (BYTE_ORDER_MARK, [0])
    whole = "".join([*first, *text]).removeprefix(BYTE_ORDER_MARK)
    read = list(csv.reader(whole.splitlines(keepends=True)))
    assert read[0] == ["number", "words", "what"]
    assert read[3] == ["2", 'a "quoted", cell\nof two lines', "蜜"]
