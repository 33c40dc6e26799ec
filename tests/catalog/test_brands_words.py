"""A brand is seen however it is written, and never in a word that only resembles it."""

from __future__ import annotations

import pytest

from catalog import brand_words


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Nike", "正品nike鞋"),
        ("Nike", "NIKE Air"),
        ("Nike", "ＮＩＫＥ"),
        ("Nike", "n i k e 运动鞋"),
        ("Nike", "n.i.k.e"),
        ("Nike", "N-I-K-E"),
        ("Nike", "ni\u200bke"),
        ("Nike", "ni\u00adke"),
        ("Nike", "N_ike"),
        ("Nike", "nike's best"),
        ("Nike", "N\u0456k\u0435"),  # two Cyrillic letters
        ("Nike", "\U0001d40dike"),  # a mathematical N
        ("Nestlé", "Nestle coffee"),
        ("Nestle", "NESTLÉ"),
        ("Jack & Jones", "jackjones"),
        ("Jack & Jones", "JACK  JONES 外套"),
        ("山蜜", "山 蜜"),
        ("山蜜", "山·蜜 500g"),
        ("山蜜", "山\u200b蜜"),
        ("山蜜", "正宗山蜜土蜂蜜"),
        ("李宁LiNing", "李宁 lining"),
        ("3M", "３Ｍ口罩"),
    ],
)
def test_a_brand_is_seen(word, text):
    assert brand_words.stands_in(word, brand_words.plain(text))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Nike", "Snikers"),
        ("Nike", "ni ke"),
        ("Nike", "unni\nke"),
        ("AN", "in a new bag"),
        ("山蜜", "山里的蜜"),
        ("山蜜", "大山\n蜜饯"),
        ("3M", "13M"),
        ("Nike", ""),
        ("。。", "。。"),
    ],
)
def test_what_only_resembles_it_is_not(word, text):
    assert not brand_words.stands_in(word, brand_words.plain(text))


def test_only_verified_brands_are_found(registered, wulan):
    assert brand_words.named_in("Shanmi") == {}


def test_one_question_finds_every_brand(shanmi, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert brand_words.named_in("ＳＨＡＮＭＩ 山蜜牌") == {shanmi.pk: "山蜜"}
    with django_assert_num_queries(1):
        assert brand_words.named_in("核桃") == {}


def test_a_long_text_of_one_sign_costs_no_time(shanmi):
    assert brand_words.named_in("s" + "." * 7990 + "s-" * 4000) == {}
