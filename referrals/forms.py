"""Forms of the referrals pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.fields import WordsField


class TextForm(forms.Form):
    """What somebody copied out of a chat."""

    text = WordsField(
        label=_("Paste the text your friend sent"),
        help_text=_("All of it, or only the ten letters and figures."),
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def say_unknown(self) -> None:
        """Say that no link of ours is in the text."""
        self.add_error("text", _("There is no link in this text that we know. Is all of it here?"))


class OrderNumberForm(forms.Form):
    """Which order somebody of the house asks about."""

    order = forms.RegexField(
        r"\A[0-9A-Za-z]{10}\Z",
        label=_("Order number"),
        error_messages={"invalid": _("An order number has ten letters and figures.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_order(self) -> str:
        """Return the number as orders write it."""
        number: str = self.cleaned_data["order"]
        return number.upper()
