"""Form fields: what people type becomes clean words, minor units and E.164."""

import unicodedata

import pytest
from django import forms
from django.core.exceptions import ValidationError

from kit.fields import MoneyField, PhoneField, RateField, WordsField


def test_words_lose_invisible_signs_and_keep_their_lines():
    assert WordsField().clean("  林\u200b薇\u202e  ") == "林薇"
    assert WordsField(widget=forms.Textarea).clean("one\r\ntwo") == "one\ntwo"
    assert WordsField().clean("e\u0301") == "é"


@pytest.mark.parametrize(
    "typed", ["one\r\ntwo", "one\ntwo", "one\rtwo", "one \n\n two", "one\u2028two"]
)
def test_what_is_typed_into_one_line_stays_one(typed):
    assert WordsField().clean(typed) == "one two"


@pytest.mark.parametrize(
    "typed",
    ["\u200d", "\u200d\u200d", "\ufe0f", "\u0301", "\u200b\u0301", " \u200d ", "\u3164", "\n"],
)
@pytest.mark.parametrize("widget", [forms.TextInput, forms.Textarea])
def test_words_of_which_nothing_is_seen_are_none(typed, widget):
    assert WordsField(widget=widget, required=False).clean(typed) == ""
    with pytest.raises(ValidationError):
        WordsField(widget=widget).clean(typed)


@pytest.mark.parametrize("typed", ["!", "5", "蜂", "🍯", "❤\ufe0f", "é", "€", "\u0e01\u0e33"])
def test_one_sign_that_is_seen_is_enough(typed):
    assert WordsField(required=False).clean(typed) == unicodedata.normalize("NFC", typed)


@pytest.mark.parametrize("typed", ["\x00", "a\x00b", "\u200b\u200b", "   "])
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


@pytest.mark.parametrize("typed", ["%", " % ", ""])
def test_a_lone_percent_sign_is_no_rate(typed):
    with pytest.raises(ValidationError) as refused:
        RateField(most_bp=3000).clean(typed)
    assert refused.value.code == "required"
    assert RateField(most_bp=3000, required=False).clean(typed) is None
