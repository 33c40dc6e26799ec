"""Taking a guard away, to show that what it guards against is real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from payments.models import Payout, PayoutAttempt, PayoutRun


@contextmanager
def without(name: str) -> Iterator[None]:
    """Take a constraint away from payouts for as long as the block lasts."""
    (constraint,) = [found for found in Payout._meta.constraints if found.name == name]
    with connection.schema_editor() as schema:
        schema.remove_constraint(Payout, constraint)
    try:
        yield
    finally:
        PayoutAttempt.objects.all().delete()
        Payout.objects.all().delete()
        PayoutRun.objects.all().delete()
        with connection.schema_editor() as schema:
            schema.add_constraint(Payout, constraint)
