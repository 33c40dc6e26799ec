"""Chinese text is cut into the words people search for."""

from __future__ import annotations

import pytest

from catalog.words import cut, sounds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("秦岭野花土蜂蜜 500g", ["秦岭", "野花", "土", "蜂蜜", "500g"]),
        ("Honey, from the HILLS!", ["honey", "from", "the", "hills"]),
        ("Ｈｏｎｅｙ５００", ["honey500"]),
        ("", []),
        ("·，。 🍯", []),
    ],
)
def test_text_is_cut_into_words(text, words):
    assert cut(text) == words


def test_a_long_word_gives_the_shorter_ones_inside(db):
    assert {"北京", "大学", "北京大学"} <= set(cut("北京大学"))


def test_traditional_signs_are_cut_as_simplified_ones():
    assert cut("土蜂蜜禮盒") == cut("土蜂蜜礼盒") == ["土", "蜂蜜", "礼盒"]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("蜂蜜", ["fengmi", "fm"]),
        ("茶", ["cha"]),
        ("土蜂蜜", ["tu", "fengmi", "fm", "tufengmi", "tfm"]),
        ("重庆 honey", ["chongqing", "cq"]),
        ("honey 500g", []),
        ("", []),
    ],
)
def test_words_are_heard_whole_in_pairs_and_by_first_letters(text, heard):
    assert sounds(text) == heard


def test_a_whole_description_is_cut():
    assert cut("蜂蜜 " * 4000) == ["蜂蜜"] * 4000
