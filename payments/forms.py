"""The forms of the wallet."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from kit.fields import WordsField
from kit.public_ids import PATTERN


class WithdrawForm(forms.Form):
    """One press of the button: which account, and a key that makes two taps one press."""

    account = forms.CharField(max_length=40, widget=forms.HiddenInput)
    key = forms.RegexField(
        rf"^{PATTERN}\Z",
        widget=forms.HiddenInput,
        error_messages={"invalid": _("This page is out of date. Load it again.")},
    )


class DestinationForm(forms.Form):
    """Where a person's money should go."""

    holder = WordsField(
        label=_("Name on the account"),
        max_length=60,
        help_text=_("As the provider knows you."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "enterkeyhint": "next"}),
    )
    identifier = forms.CharField(
        label=_("Wallet name"),
        min_length=3,
        max_length=64,
        help_text=_("Letters, digits and . _ - @ +, such as linwei or 13800138000."),
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._@+-]*\Z",
                _("Begin with a letter or a digit; then also . _ - @ + may stand, no spaces."),
            )
        ],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
                "enterkeyhint": "done",
            }
        ),
    )
