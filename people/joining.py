"""Joining: an account for whoever has just proved that an address is theirs."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kit import clock
from kit.states import TransitionRefused
from people.models import Person

NAME_LENGTH = 40


class PhoneTaken(TransitionRefused):
    """The number is another person's already: each number belongs to one account."""


@transaction.atomic
def join(*, email: str = "", phone: str = "", name: str = "", language: str) -> tuple[Person, bool]:
    """Return the person of a proven address, and whether this call made the account.

    Two windows that prove the same address at once find one account.

    Args:
        email: a proven e-mail address, in small letters; or
        phone: a proven phone number, in E.164.
        name: what a new person wants to be called; suggested from the address when empty.
        language: what the new person reads.
    """
    if email:
        there = Person.objects.filter(email__iexact=email).first()
        if there is not None:
            return there, False
    fields: dict[str, Any] = {
        "name": name or suggest_name(email=email, phone=phone),
        "language": language,
        "password": make_password(None),
    }
    if email:
        return Person.objects.get_or_create(email=email, defaults=fields)
    fields["phone_verified_at"] = clock.now()
    return Person.objects.get_or_create(phone=phone, defaults=fields)


def prove_phone(*, person: Person, phone: str) -> None:
    """Write down that a phone number is this person's.

    Of two who prove one number at the same moment, the first has it.

    Raises:
        PhoneTaken: another account has this number; nothing was written.
    """
    proven_at = clock.now()
    try:
        with transaction.atomic():
            Person.objects.filter(pk=person.pk).update(phone=phone, phone_verified_at=proven_at)
    except IntegrityError:
        raise PhoneTaken from None
    person.phone, person.phone_verified_at = phone, proven_at


def suggest_name(*, email: str = "", phone: str = "") -> str:
    """Return what to call somebody of whom only an address is known; theirs to change."""
    if email:
        words = re.sub(r"[\W\d_]+", " ", email.partition("@")[0].partition("+")[0]).split()
        if words:
            return " ".join(word.capitalize() for word in words)[:NAME_LENGTH]
    return _("Friend %(number)s") % {"number": phone[-4:]} if phone else _("New friend")
