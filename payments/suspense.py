"""Differences between a provider's book and ours: in suspense until a person explains them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from audit.recording import record
from kit import clock
from ledger import accounts
from ledger.accounts import Side
from ledger.posting import Overdrawn as Overdrawn  # for those who call us
from ledger.posting import post
from payments import payees
from payments.models import Difference
from people.models import Person
from people.staff_roles import tell_finance

log = logging.getLogger(__name__)


class AlreadyResolved(Exception):
    """Somebody explained it before; nothing was written."""


class NoSuchAccount(Exception):
    """No open account of a sharer, shop or charity bears this code; nothing was written."""


class OwnAccount(Exception):
    """Nobody books a difference to or from their own account; nothing was written."""


@dataclass(frozen=True, slots=True)
class Found:
    """A difference before it is written down; amounts as cash moved, leaving is negative."""

    rail: str
    day: date
    kind: str
    key: str
    ours_minor: int
    theirs_minor: int
    currency: str
    reference: str = ""
    provider_ref: str = ""


@transaction.atomic
def open_difference(found: Found) -> Difference:
    """Write a difference down once and put its amount into suspense."""
    missing_minor = found.theirs_minor - found.ours_minor
    difference, is_new = Difference.objects.get_or_create(
        key=found.key,
        defaults={
            "rail": found.rail,
            "day": found.day,
            "kind": found.kind,
            "reference": found.reference,
            "provider_ref": found.provider_ref,
            "ours_minor": found.ours_minor,
            "theirs_minor": found.theirs_minor,
            "suspense_minor": missing_minor,
            "currency": found.currency,
            "opened_at": clock.now(),
        },
    )
    if is_new:
        outside = accounts.outside(found.rail, found.currency)
        suspense = accounts.suspense(found.currency)
        post(
            key=f"difference:{difference.pk}:opened",
            legs={outside: -missing_minor, suspense: missing_minor},
            memo=f"{found.rail} {found.day}",
        )
        log.error("difference %s at %s: %s", difference.pk, found.rail, found.kind)
        tell_finance(
            kind="books_differ",
            key=f"difference:{difference.pk}",
            data={
                "rail": found.rail,
                "day": found.day.isoformat(),
                "amount_minor": missing_minor,
                "currency": found.currency,
            },
            path=f"/desk/money/differences/{difference.pk}",
        )
    return difference


@transaction.atomic
def resolve(
    *, difference: Difference, resolution: str, reason: str, by: Person, account: str = ""
) -> Difference:
    """Explain a difference and take it out of suspense.

    Args:
        difference: an open one.
        resolution: one of ``Difference.Resolution``.
        reason: the explanation; it stays with the difference for good.
        by: who of the house explains it.
        account: the ledger account it belongs to, with ``account`` alone.

    Raises:
        AlreadyResolved, NoSuchAccount, OwnAccount: as they say.
        Overdrawn: the account would fall below its floor.
    """
    side = _side_of(difference, resolution, account, by)
    rows = Difference.objects.open().filter(pk=difference.pk).order_by()
    told = {
        "resolution": resolution,
        "reason": reason,
        "account": account if resolution == Difference.Resolution.ACCOUNT else "",
    }
    if not rows.update(resolved_at=clock.now(), resolved_by=by, **told):
        raise AlreadyResolved(difference.pk)
    suspense = accounts.suspense(difference.currency)
    post(
        key=f"difference:{difference.pk}:resolved",
        legs={suspense: -difference.suspense_minor, side: difference.suspense_minor},
        memo=reason[:200],
    )
    difference.refresh_from_db()
    record(
        actor=f"person:{by.pk}",
        act="difference.resolved",
        subject=f"difference:{difference.pk}",
        after={**told, "amount_minor": difference.suspense_minor, "currency": difference.currency},
    )
    return difference


def _side_of(difference: Difference, resolution: str, account: str, by: Person) -> Side:
    if resolution == Difference.Resolution.HOUSE:
        return accounts.platform_fees(difference.currency)
    if resolution == Difference.Resolution.THEIRS:
        return accounts.outside(difference.rail, difference.currency)
    charity = payees.charity_named(account, currency=difference.currency)
    if charity is not None:
        return charity  # nobody's own: this is how money sent to one by hand is booked
    side = payees.account_named(account, currency=difference.currency)
    owner = payees.owner_of(side) if side else None
    if side is None or owner is None:
        raise NoSuchAccount(account)
    if owner == by:
        raise OwnAccount(account)
    return side
