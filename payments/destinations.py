"""Where a person's money is sent, and the wait after that is changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from audit.recording import record
from kit import clock
from kit.locks import one_at_a_time
from payments.models import Destination
from people.models import Person


def in_use(person: Person) -> Destination | None:
    """Return where this person's money goes now, or None."""
    return Destination.objects.filter(person=person, retired_at__isnull=True).first()


def usable_at(destination: Destination) -> datetime:
    """Return from when money may be sent there.

    A first destination serves at once. A changed one cools, so that whoever broke into an
    account cannot empty it before its owner has read the notice.
    """
    is_first = not Destination.objects.filter(
        person_id=destination.person_id, pk__lt=destination.pk
    ).exists()
    if is_first:
        return destination.since
    return destination.since + timedelta(hours=settings.DESTINATION_COOLS_HOURS)


@transaction.atomic
def set_destination(*, person: Person, identifier: str, holder: str) -> Destination:
    """Send this person's money to another place from now on; the one before is retired.

    Setting what is already set changes nothing, so the wait does not begin again. A
    payout under way keeps the destination it was asked with.
    """
    one_at_a_time(f"destination:{person.pk}")
    before = in_use(person)
    if before and (before.identifier, before.holder) == (identifier, holder):
        return before
    now = clock.now()
    if before:
        Destination.objects.filter(pk=before.pk).update(retired_at=now)
    destination = Destination.objects.create(
        person=person,
        provider=settings.PAYMENT_PROVIDER,
        identifier=identifier,
        holder=holder,
        since=now,
    )
    record(
        actor=f"person:{person.pk}",
        act="destination.changed" if before else "destination.set",
        subject=f"person:{person.pk}",
        before={"ends_in": ending(before.identifier)} if before else None,
        after={"ends_in": ending(identifier)},
    )
    return destination


def ending(identifier: str) -> str:
    """Return the last four signs at most, and never more than half: enough to know it by."""
    return identifier[-min(4, len(identifier) // 2) :]
