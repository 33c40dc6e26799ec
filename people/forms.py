"""The forms of the people room."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit.fields import WordsField
from kit.pictures import MOST_BYTES, TooLarge
from kit.refusals import why_not
from people.fields import AddressField


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    name = WordsField(
        label=pgettext_lazy("person", "Name"),
        max_length=40,
        help_text=_("What your friends call you."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "enterkeyhint": "done"}),
    )
    intro = WordsField(
        label=_("A line about you"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        max_length=200,
        help_text=_("JPEG, PNG or WebP, up to 8 MB; we cut it square."),
        widget=forms.FileInput(attrs={"accept": "image/*", "autocomplete": "photo"}),
    )

    language = forms.ChoiceField(
        label=_("Language of your letters"),
        choices=settings.LANGUAGES,
        widget=forms.Select(attrs={"autocomplete": "language"}),
    )

    def clean_picture(self) -> bytes | None:
        picture = self.cleaned_data["picture"]
        if not picture:
            return None
        if picture.size > MOST_BYTES:
            raise ValidationError(why_not(TooLarge()))
        data: bytes = picture.read()
        return data


class FindForm(forms.Form):
    """Somebody's exact address, or the link to their page."""

    who = AddressField(
        label=_("E-mail, phone number or profile link"),
        help_text=_("The exact one: nobody can be looked up by name."),
        widget=forms.TextInput(attrs={"enterkeyhint": "search"}),
    )
