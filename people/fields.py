"""Form fields in which a person is named: by e-mail, phone number, or their page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kit.fields import PhoneField, WordsField
from kit.public_ids import PATTERN
from people.models import Person

# Ten digits alone are a phone number somebody mistyped; a code has a letter nearly always.
PROFILE_LINK = re.compile(rf"(?:^(?=.*[A-Za-z])|/u/)({PATTERN})(?:/add)?/?(?:[?#].*)?$")


@dataclass(frozen=True, slots=True)
class Address:
    """What names one person; exactly one of these is set."""

    public_id: str = ""
    email: str = ""
    phone: str = ""  # E.164, as rows keep it

    @property
    def condition(self) -> Q:
        """Return what is true of the row of the person named."""
        if self.public_id:
            return Q(public_id=self.public_id)
        return Q(email__iexact=self.email) if self.email else Q(phone=self.phone)


class AddressField(WordsField):
    """An exact e-mail address, phone number, profile link or its code, cleaned to an Address."""

    default_error_messages = {
        "email": _("This does not look like an e-mail address."),
    }

    def __init__(self, **field: Any) -> None:
        super().__init__(max_length=300, **field)
        self.widget.attrs.update(
            {
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "inputmode": "email",
            }
        )

    def clean(self, value: Any) -> Address | None:
        words = super().clean(value)
        if not words:
            return None
        # A code that was read out comes in two groups.
        if link := PROFILE_LINK.search(words) or PROFILE_LINK.search(re.sub(r"[ -]", "", words)):
            return Address(public_id=link[1].upper())
        if "@" in words:
            return Address(email=self._email(words))
        return Address(phone=PhoneField().clean(words))

    def _email(self, words: str) -> str:
        try:
            validate_email(words)
        except ValidationError:
            raise ValidationError(self.error_messages["email"], code="email") from None
        return words.lower()


class PersonField(AddressField):
    """The same, cleaned to the person who has it; ``closed_too`` finds closed accounts as well.

    It says whether somebody has an account, so it is only for pages whose visitors may know.
    """

    default_error_messages = {
        "nobody": _("Nobody here has this e-mail, phone number or page."),
    }

    def __init__(self, *, closed_too: bool = False, **field: Any) -> None:
        self.closed_too = closed_too
        super().__init__(**field)

    def clean(self, value: Any) -> Person | None:  # type: ignore[override]
        address = super().clean(value)
        if address is None:
            return None
        people = Person.objects.all() if self.closed_too else Person.objects.filter(is_active=True)
        found = people.filter(address.condition).first()
        if found is None:
            raise ValidationError(self.error_messages["nobody"], code="nobody")
        return found
