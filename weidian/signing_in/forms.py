"""The one field of the sign-in page, and its small companions."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kit.fields import PhoneField, WordsField
from weidian.signing_in.codes import Proof


class ContactForm(forms.Form):
    """The one field of the sign-in page: an e-mail address or a phone number."""

    contact = WordsField(
        label=gettext_lazy("E-mail or phone number"),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username webauthn",
                "autocapitalize": "off",
                "spellcheck": "false",
                "inputmode": "email",
                "enterkeyhint": "go",
            }
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_contact(self) -> dict[str, str]:
        contact: str = self.cleaned_data["contact"]
        if "@" not in contact:
            return {"phone": PhoneField().clean(contact)}
        try:
            validate_email(contact)
        except ValidationError:
            raise ValidationError(_("This does not look like an e-mail address.")) from None
        return {"email": contact.lower()}

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Send a code and lead to the page that asks for it."""
        contact = self.cleaned_data["contact"]
        Proof.begin(request, contact, name=self.cleaned_data.get("name", ""))
        query = {"next": redirect_url} if redirect_url else None
        answer: HttpResponse = headed_redirect_response("account_confirm_login_code", query=query)
        return answer


class SignUpForm(ContactForm):
    """The same, for who says that they are new: with what to call them."""

    name = WordsField(
        label=pgettext_lazy("person", "Name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What your friends call you."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "enterkeyhint": "next"}),
    )
    field_order = ("name", "contact")


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey here is always one that signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.help_text = _("Your device then makes sure each time that it is you.")
