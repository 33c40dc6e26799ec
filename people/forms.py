"""The forms of the people room."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit.fields import PhoneField, WordsField
from kit.pictures import MOST_BYTES, TooLarge
from kit.public_ids import PATTERN
from kit.refusals import why_not

PROFILE_LINK = re.compile(rf"/u/({PATTERN})(?:/add)?/?(?:[?#].*)?$")


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

    who = WordsField(
        label=_("E-mail, phone number or profile link"),
        max_length=300,
        help_text=_("The exact one: nobody can be looked up by name."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "inputmode": "email",
                "enterkeyhint": "search",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Add ``public_id``, ``email`` or ``phone``, whichever it was."""
        cleaned = super().clean() or {}
        who = cleaned.get("who", "")
        if link := PROFILE_LINK.search(who):
            return {**cleaned, "public_id": link[1].upper()}
        if who and "@" in who:
            return {**cleaned, "email": self._email(who)}
        if who:
            return {**cleaned, "phone": self._phone(who)}
        return cleaned

    def _email(self, who: str) -> str:
        try:
            validate_email(who)
        except ValidationError:
            self.add_error("who", _("This does not look like an e-mail address."))
        return who.lower()

    def _phone(self, who: str) -> str:
        try:
            return PhoneField().clean(who)
        except ValidationError as wrong:
            self.add_error("who", wrong)
            return ""
