"""Form fields every room uses: money in minor units, phones, words without tricks."""

from __future__ import annotations

import unicodedata
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.money import Money, NotAnAmount, read_amount

# Text that looks empty or reorders its neighbours: direction marks and zero-width signs.
INVISIBLE = frozenset(
    "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
    "\u00ad\u034f\u115f\u1160\u180e\u2800\u3164\uffa0"  # these fill a place and show nothing
)

# Letters, numbers, signs and pictures: all else joins or marks these and draws nothing alone.
# A NUL byte is left for the validator, which refuses it in words.
SEEN = frozenset("LNPS")


class WordsField(forms.CharField):
    """A line or a paragraph: trimmed, in one Unicode form, without invisible signs.

    What is typed into one line stays one: breaks within it become spaces. Words of which
    nothing can be seen are no words.
    """

    def to_python(self, value: Any) -> str:
        words = unicodedata.normalize("NFC", super().to_python(value) or "")
        if not isinstance(self.widget, forms.Textarea):
            words = " ".join(filter(None, map(str.strip, words.splitlines())))
        kept = "".join(
            sign
            for sign in words
            if sign in "\n\x00\u200d" or (sign not in INVISIBLE and sign.isprintable())
        )
        if not any(sign == "\x00" or unicodedata.category(sign)[0] in SEEN for sign in kept):
            return ""
        return kept.strip() if self.strip else kept


class MoneyField(forms.CharField):
    """An amount typed in whole units (``68`` or ``68.50``), cleaned to minor units."""

    def __init__(
        self, *, currency: str = "CNY", least_minor: int = 1, most_minor: int = 10**10, **field: Any
    ) -> None:
        self.currency = currency
        self.least_minor = least_minor
        self.most_minor = most_minor
        super().__init__(max_length=20, **field)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return Money(value, self.currency).plain() if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            minor = read_amount(text, self.currency).minor
        except NotAnAmount:
            raise ValidationError(_("Write an amount such as 68 or 68.50.")) from None
        if minor < self.least_minor:
            least = Money(self.least_minor, self.currency).plain()
            raise ValidationError(_("The smallest amount is %(least)s.") % {"least": least})
        if minor > self.most_minor:
            most = Money(self.most_minor, self.currency).plain()
            raise ValidationError(_("The largest amount is %(most)s.") % {"most": most})
        return minor


class RateField(forms.CharField):
    """A share typed in per cent (``10`` or ``12.5``), cleaned to basis points."""

    def __init__(self, *, most_bp: int, **field: Any) -> None:
        self.most_bp = most_bp
        super().__init__(max_length=8, **field)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 100)
        return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).removesuffix("%").rstrip()
        if not text and self.required:  # a lone sign is no share
            raise ValidationError(self.error_messages["required"], code="required")
        if not text:
            return None
        whole, _point, rest = text.partition(".")
        if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(rest) > 2:
            raise ValidationError(_("Write a percentage such as 10 or 12.5."))
        rate_bp = int(whole or "0") * 100 + int(rest.ljust(2, "0"))
        if rate_bp > self.most_bp:
            raise ValidationError(
                _("At most %(most)s %%.") % {"most": self.prepare_value(self.most_bp)}
            )
        return rate_bp


class PhoneField(forms.CharField):
    """A phone number as people type it, cleaned to E.164 (``+8613800138000``)."""

    def __init__(self, *, region: str = "CN", **field: Any) -> None:
        self.region = region
        super().__init__(max_length=32, **field)
        self.widget.input_type = "tel"
        self.widget.attrs.setdefault("inputmode", "tel")

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise ValidationError(
                _(
                    "This does not look like a phone number."
                    " Write all 11 digits, or + and the country code."
                )
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
