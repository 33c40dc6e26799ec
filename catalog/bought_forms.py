"""Who may know of one purchase."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Audience


class SeenByForm(forms.Form):
    """One product, and who may know that this person has it."""

    product = forms.CharField(max_length=10, widget=forms.HiddenInput)
    seen_by = forms.ChoiceField(
        label=_("Who may know"),
        choices=Audience,
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
