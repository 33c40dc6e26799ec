"""What a person may do for the house itself."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from people.models import Person, StaffRole


def has_role(person: Person | AnonymousUser, *roles: str) -> bool:
    """Return whether a person has one of ``roles``; without roles, whether they have any."""
    if not person.is_authenticated or not person.is_active:
        return False
    held = StaffRole.objects.filter(person_id=person.pk)
    return (held.filter(role__in=roles) if roles else held).exists()
