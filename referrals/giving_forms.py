"""What a sharer says of what a link earns, and what the house says of a charity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kit.fields import WordsField
from referrals.charities import Names
from referrals.models import Charity, Gives

# As the state gives them: 18 signs in China, from six digits up elsewhere.
REGISTRATION = r"\A[A-Z0-9][A-Z0-9-]{3,39}\Z"


class _CharityField(forms.ModelChoiceField):  # type: ignore[type-arg]  # as in catalog.forms
    """One of the charities that are listed now, by its name in the reader's language."""

    def label_from_instance(self, row: Charity) -> str:
        return row.name_in(get_language() or "en")


class GivingForm(forms.Form):
    """Who is to have what the sales of a link earn."""

    gives = forms.ChoiceField(
        label=_("Who gets what your link earns?"),
        choices=Gives.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of these.")},
    )
    charity = _CharityField(
        label=_("Charity"),
        queryset=Charity.objects.none(),
        required=False,
        empty_label=_("Choose a charity"),
        error_messages={"invalid_choice": _("It is not on the list any more. Choose another.")},
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        field = self.fields["charity"]
        assert isinstance(field, _CharityField)
        field.queryset = Charity.objects.listed()

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        wants_one = found.get("gives") == Gives.CHARITY
        if wants_one and not found.get("charity") and "charity" not in self.errors:
            self.add_error("charity", _("Say which charity gets it."))
        return found


class CharityForm(forms.Form):
    """What a charity is called in both languages, and how the state knows it."""

    name_zh = WordsField(
        label=_("Chinese name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name_en = WordsField(
        label=_("English name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    registration = WordsField(
        label=_("Registration number"),
        max_length=40,
        help_text=_("As the state lists it, so that everybody can look it up."),
        validators=[
            RegexValidator(REGISTRATION, _("Write 4 to 40 capital letters, digits or dashes."))
        ],
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def names(self) -> Names:
        """Return what was typed, once the form is valid."""
        found = self.cleaned_data
        return Names(found["name_zh"], found["name_en"], found["registration"])
