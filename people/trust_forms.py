"""The forms of the desk for trust."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.fields import WordsField
from kit.public_ids import ids_in
from people.models import Person


class SomebodyForm(forms.Form):
    """Somebody, by the address of their page or the ten signs at its end."""

    who = WordsField(
        label=_("Whose page?"),
        max_length=200,
        help_text=_("The address of their page, or the ten signs at its end."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_who(self) -> Person:
        found = Person.objects.filter(public_id__in=ids_in(self.cleaned_data["who"])[:5])
        person = found.filter(is_active=True).first()
        if person is None:
            raise ValidationError(_("Nobody here has this page. Copy its address once more."))
        return person


class BarForm(SomebodyForm):
    """Somebody whose word shall weigh nothing, and why."""

    reason = WordsField(
        label=_("What did they do?"),
        max_length=500,
        help_text=_("For those who look at it after you."),
        widget=forms.Textarea(attrs={"autocomplete": "off", "rows": 3}),
    )
