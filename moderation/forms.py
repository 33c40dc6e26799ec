"""What a moderator fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.fields import WordsField
from moderation.models import Decision


class DecisionForm(forms.Form):
    """A verdict by the pressed button, and the words for the vendor."""

    verdict = forms.ChoiceField(choices=Decision.Verdict.choices, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    reason = WordsField(
        label=_("Reason for sending it back"),
        help_text=_("The vendor reads this. Say what to change."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_return = cleaned.get("verdict") == Decision.Verdict.RETURNED
        if is_return and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write what the vendor should change."))
        return cleaned
