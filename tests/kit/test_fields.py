"""Form fields: what people type becomes clean words, minor units and E.164."""

import pytest
from django.core.exceptions import ValidationError

from kit.fields import MoneyField, PhoneField, WordsField


def test_words_lose_invisible_signs_and_keep_their_lines():
    assert WordsField().clean("  林\u200b薇\u202e  ") == "林薇"
    assert WordsField().clean("one\r\ntwo") == "one\r\ntwo".replace("\r", "")
    assert WordsField().clean("e\u0301") == "é"


@pytest.mark.parametrize("typed", ["a\x00b", "\u200b\u200b", "   "])
def test_words_that_say_nothing_are_refused(typed):
    with pytest.raises(ValidationError):
        WordsField().clean(typed)


def test_words_keep_emoji_that_are_joined():
    family = "👨\u200d👩\u200d👧"
    assert WordsField().clean(family) == family


def test_money_becomes_minor_units():
    assert MoneyField().clean("68.50") == 6850


@pytest.mark.parametrize("typed", ["0", "-1", "abc", "1.234", "99999999999999999999"])
def test_money_outside_its_bounds_is_refused(typed):
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "+86 138-0013-8000"])
def test_a_phone_number_is_stored_one_way(typed):
    assert PhoneField().clean(typed) == "+8613800138000"


@pytest.mark.parametrize("typed", ["12345", "abc", "1" * 31, "+999 1", "٣٤٥"])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)
