"""What a person may do for the house itself."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from notifications.telling import Data, News, tell_many
from people.models import Person, StaffRole


def has_role(person: Person | AnonymousUser, *roles: str) -> bool:
    """Return whether a person has one of ``roles``; without roles, whether they have any."""
    if not person.is_authenticated or not person.is_active:
        return False
    held = StaffRole.objects.filter(person_id=person.pk)
    return (held.filter(role__in=roles) if roles else held).exists()


def roles_of(person: Person) -> frozenset[str]:
    """Return every role a person has in the house; one query."""
    return frozenset(StaffRole.objects.filter(person_id=person.pk).values_list("role", flat=True))


def tell_finance(*, kind: str, key: str, data: Data, path: str) -> None:
    """Tell everybody who answers for the house's money, each once a ``key``."""
    roles = (StaffRole.Role.FINANCE, StaffRole.Role.ADMIN)
    tell_roles(*roles, kind=kind, key=key, data=data, path=path)


def tell_roles(*roles: str, kind: str, key: str, data: Data, path: str) -> None:
    """Tell everybody who has one of these roles, each once a ``key``."""
    of_them = StaffRole.objects.filter(role__in=roles, person__is_active=True)
    people = of_them.values_list("person_id", flat=True).distinct()
    tell_many([News(pk, kind, key, data, path) for pk in people])
