"""Chinese text is cut into the words people search for."""

from __future__ import annotations

import pytest

from catalog.words import cut


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


def test_a_whole_description_is_cut():
    assert cut("蜂蜜 " * 4000) == ["蜂蜜"] * 4000
