"""Whose word weighs nothing, because a moderator upheld that they abuse trust."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from audit.recording import record
from kit import clock
from kit.locks import locked, one_at_a_time
from people.models import AccountTrust, Person, TrustBar

# Held by whoever writes weights: a run that began before a bar must not undo it.
WEIGHTS = "people:trust_weights"


class BarredBefore(Exception):
    """Their word weighs nothing already; nothing was written."""


class NotOneself(Exception):
    """Nobody judges themselves; nothing was written."""


@transaction.atomic
def bar(*, person: Person, reason: str, by: Person) -> TrustBar:
    """Let somebody's word weigh nothing, at once and until it is lifted.

    Raises:
        NotOneself: as it says.
        BarredBefore: as it says.
    """
    if person.pk == by.pk:
        raise NotOneself
    one_at_a_time(WEIGHTS)
    try:
        with transaction.atomic():
            row = TrustBar.objects.create(person=person, reason=reason, by=by)
    except IntegrityError as fact:
        raise BarredBefore(person.pk) from fact
    AccountTrust.objects.filter(person=person).update(e=0, t=0)
    _record(row, by, "trust_bar.set", reason)
    return row


@transaction.atomic
def lift(*, bar_id: int, by: Person) -> TrustBar:
    """Let their word weigh again what the next run finds. Once.

    Raises:
        TrustBar.DoesNotExist: there is no such bar.
        NotOneself: as it says.
    """
    found = locked(TrustBar.objects.filter(pk=bar_id))
    if not found:
        raise TrustBar.DoesNotExist(bar_id)
    (row,) = found
    if row.person_id == by.pk:
        raise NotOneself
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by = clock.now(), by
        row.save(update_fields=["lifted_at", "lifted_by"])
        _record(row, by, "trust_bar.lifted", "")
    return row


def standing() -> QuerySet[TrustBar]:
    """Return the bars that hold, the newest first."""
    return TrustBar.objects.filter(lifted_at=None).select_related("person", "by").order_by("-pk")


def _record(row: TrustBar, by: Person, act: str, reason: str) -> None:
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"trust_bar:{row.pk}",
        after={"person": row.person_id, "reason": reason},
    )
