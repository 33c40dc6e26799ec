"""Kinds: every one has words in both languages, and no fact is ever shown half."""

import re

import pytest
from django.utils import translation

from notifications.kinds import KINDS, kind_of, sentence_of

FACTS = {
    "order": "AB12",
    "shop": "山里的小店",
    "product": "秦岭野花土蜂蜜",
    "amount_minor": 6800,
    "currency": "CNY",
    "brand": "山蜜",
    "reason": "Photos are blurred.",
    "person": "林薇",
    "charity": "山区书屋",
    "circle": "三号楼邻居",
    "words": "蜂蜜",
    "days": 7,
    "hours": 72,
    "rail": "sandbox",
    "day": "2026-11-22",
}


def test_every_kind_of_the_story_is_in_the_table():
    assert set(KINDS) >= {
        "order_placed", "order_paid_vendor", "new_order", "order_shipped",
        "order_completed_vendor", "order_refunded", "commission_expected", "commission_held",
        "commission_released", "payout_sent", "payout_returned", "listing_approved",
        "listing_returned", "friend_request", "friend_accepted", "endorsement_received",
    }  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_speaks_both_languages(name, language):
    with translation.override(language):
        title, sentence = str(KINDS[name].title), sentence_of(name, FACTS)

    is_chinese = bool(re.search("[\u4e00-\u9fff]", title))
    assert is_chinese == (language == "zh-hans")
    assert sentence
    assert "%" not in sentence


def test_an_amount_is_written_as_the_reader_writes_it():
    with translation.override("en"):
        assert sentence_of("payout_sent", FACTS) == "¥68.00 is on its way to your account."
    with translation.override("zh-hans"):
        assert sentence_of("payout_sent", FACTS) == "¥68.00 正在转入你的收款账户。"


def test_a_title_stands_in_for_the_product():
    with translation.override("en"):
        told = sentence_of("listing_approved", {"title": "Honey"})
    assert told == "We looked at Honey and it is live. Share it with somebody."


def test_a_missing_fact_leaves_the_title_alone():
    assert sentence_of("order_shipped", {"order": "AB12"}) == ""


def test_words_that_look_like_placeholders_stay_words():
    with translation.override("en"):
        told = sentence_of("friend_request", {"person": "%(order)s {{7*7}} %s"})
    assert told == "%(order)s {{7*7}} %s would like to be friends."


def test_a_row_of_a_forgotten_kind_still_has_words():
    with translation.override("en"):
        assert (str(kind_of("gone").title), sentence_of("gone", FACTS)) == ("News for you", "")
