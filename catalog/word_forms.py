"""What people type about what they received, what shops answer, and what the desk decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Endorsement, WordsHold
from kit.fields import WordsField
from people.models import Circle

Relation, Verdict, Visibility = Endorsement.Relation, Endorsement.Verdict, Endorsement.Visibility


class EndorseForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Would you recommend it to a friend?"),
        choices=[
            (Verdict.YES, _("Yes")),
            (Verdict.SO_SO, _("So-so")),
            (Verdict.NO, _("No")),
        ],
        widget=forms.RadioSelect,
    )
    words = WordsField(
        label=_("In your own words"),
        help_text=_("One line, up to 60 characters."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    photos = forms.Field(label=_("Photos"), required=False, widget=forms.FileInput)
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        help_text=_("A “no” goes to your friends or to the shop alone, never to everybody."),
        choices=[
            (Visibility.FRIENDS, _("Friends")),
            (Visibility.EVERYONE, _("Everybody")),
            (Visibility.VENDOR, _("Only the shop")),
        ],
        widget=forms.RadioSelect,
    )
    relation = forms.ChoiceField(
        label=_("Do you know the vendor?"),
        help_text=_("It will stand beside your words."),
        choices=[
            (Relation.NONE, pgettext_lazy("knows the vendor", "No")),
            (Relation.FRIEND, _("We are friends")),
            (Relation.FAMILY, _("We are family")),
            (Relation.WORKS, _("I work for them")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )

    def clean_relation(self) -> str:
        """A form sent without it says that there is none."""
        return self.cleaned_data["relation"] or Relation.NONE


class ReplyForm(forms.Form):
    words = WordsField(
        label=_("Your reply"),
        help_text=_("Once, up to 140 characters. It stands below their words for good."),
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
    )


class WordsVerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=[
            (WordsHold.State.APPROVED, _("Let it be read")),
            (WordsHold.State.RETURNED, _("Send back with the reason")),
        ],
        widget=forms.HiddenInput,
    )
    reason = WordsField(
        label=_("Why it comes back"),
        help_text=_("Its writer reads this."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("verdict") == WordsHold.State.RETURNED and not typed.get("reason"):
            self.add_error("reason", _("Say why, so that they can mend it."))


class PickForm(forms.Form):
    circle = forms.ChoiceField(label=_("On whose shelf"), widget=forms.RadioSelect)
    note = WordsField(
        label=_("Why it belongs there"),
        help_text=_("Up to 60 characters."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )

    def offer(self, circles: Iterable[Circle]) -> None:
        """Let the form's reader choose among these circles."""
        field = cast("forms.ChoiceField", self.fields["circle"])
        field.choices = [(circle.public_id, circle.name) for circle in circles]
