"""The form in which a person of the house decides on a doubted sale."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit.fields import WordsField
from referrals.models import Review


class ReviewForm(forms.Form):
    """A decision by the pressed button, and the reason that stays with it."""

    decision = forms.ChoiceField(
        choices=[(Review.State.LET_GO, ""), (Review.State.REFUSED, "")], widget=forms.HiddenInput
    )
    reason = WordsField(
        label=pgettext_lazy("act", "Reason"),
        help_text=_("It stays with the decision. When you refuse, the sharer reads it."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
