"""What vendors type about their shop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from kit.fields import MoneyField, WordsField
from people.fields import PersonField
from shops.handles import is_reserved
from shops.models import HANDLE_PATTERN, Membership, Shop

HOURS = [(24, _("within 24 hours")), (48, _("within 48 hours")), (72, _("within 3 days")),
         (168, _("within a week"))]  # fmt: skip


def _theme() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Colours"), choices=Shop.Theme.choices, widget=forms.RadioSelect
    )


def _name() -> WordsField:
    return WordsField(
        label=_("Name of the shop"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "enterkeyhint": "next"}),
    )


class HandleField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").lower()


class OpenForm(forms.Form):
    name = _name()
    handle = HandleField(
        label=_("Address"),
        help_text=_("3 to 30 small letters, digits and dashes. People type it, so keep it short."),
        max_length=30,
        validators=[
            RegexValidator(
                HANDLE_PATTERN,
                _("Use 3 to 30 of a–z, 0–9 and dashes, with no dash at either end."),
            )
        ],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "url",
                "enterkeyhint": "done",
            }
        ),
    )
    theme = _theme()

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"]
        if is_reserved(handle):
            raise ValidationError(
                _("This address is taken. Try another, such as one with a place.")
            )
        return handle


class SignForm(forms.Form):
    name = _name()
    sentence = WordsField(
        label=_("In one sentence"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = WordsField(
        label=_("Where you are"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    story = WordsField(
        label=_("Your story"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    theme = _theme()
    avatar = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP of up to 8 MB; the middle is cut out."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )


class TermsForm(forms.Form):
    return_days = forms.IntegerField(
        label=_("Days to return"),
        help_text=_("At least 7, counted from the day it is received."),
        min_value=7,
        max_value=90,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    shipping_minor = MoneyField(
        label=_("Shipping"), help_text=_("0 when you pay it."), least_minor=0, most_minor=1_000_000
    )
    free_shipping_from_minor = MoneyField(
        label=_("Free shipping from"), required=False, most_minor=10**9
    )
    ships_within_hours = forms.TypedChoiceField(
        label=_("You send parcels"),
        coerce=int,
        choices=HOURS,
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )


class StaffForm(forms.Form):
    who = PersonField(
        label=_("Their e-mail, phone number or page"),
        help_text=_("They need an account."),
        error_messages={"nobody": _("Nobody here has this. Ask them to sign in once.")},
    )
    role = forms.ChoiceField(
        label=_("What they do"),
        choices=[
            (Membership.Role.MANAGER, _("Manager: products, orders, refunds, figures")),
            (Membership.Role.PACKER, _("Packer: sees orders and sends parcels")),
        ],
        widget=forms.RadioSelect,
    )
