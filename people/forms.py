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
from people.models import Audience, Circle


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


class PrivacyForm(forms.Form):
    """Who may see what a person buys and says, and who may read their name."""

    purchases_seen_by = forms.ChoiceField(
        label=_("What I buy"),
        choices=Audience,
        help_text=_("A new purchase starts like this. Only the thing is shown, never the order."),
        widget=forms.RadioSelect,
    )
    words_seen_by = forms.ChoiceField(
        label=_("What I say about things"),
        choices=Audience,
        help_text=_("New words start like this; you can choose anew each time."),
        widget=forms.RadioSelect,
    )
    named_to_friends_of_friends = forms.BooleanField(
        label=_("My friends' friends may read my name"),
        required=False,
        help_text=_(
            "They then read “your friend Lin → you”. Otherwise you are only counted, among"
            " three people or more."
        ),
    )


class CircleForm(forms.Form):
    """What a circle is called, what its host says of it, and who may see it and come in."""

    name = WordsField(
        label=pgettext_lazy("circle", "Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "next"}),
    )
    words = WordsField(
        label=_("What it is about"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    seen_by = forms.ChoiceField(
        label=_("Who may see it"),
        choices=Circle.SeenBy,
        help_text=_("Who is in it, only its members see."),
        widget=forms.RadioSelect,
    )
    may_ask = forms.BooleanField(
        label=_("People who see it may ask to come in"),
        required=False,
        help_text=_("You answer each of them. Who has your link comes in at once."),
    )


class AskCircleForm(forms.Form):
    """A line to the host, from somebody who would like to come in."""

    words = WordsField(
        label=_("A line to the host"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
    )
