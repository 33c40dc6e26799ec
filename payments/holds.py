"""Holds: a person's money waits for a reason they are told; a rail rests until it can pay."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from audit.recording import record
from kit import clock
from kit.after_commit import after_commit
from kit.locks import one_at_a_time
from notifications.telling import tell
from payments.models import PausedRail, PayoutHold
from payments.models.holds import PayoutHoldQuerySet
from people.models import Person
from people.staff_roles import tell_finance

log = logging.getLogger(__name__)

# Our balance at a provider is filled up by a person or by the next charges: ask again hourly.
NO_FUNDS_REST = timedelta(hours=1)


class OnHold(Exception):
    """The person's money is held; nothing was written."""

    def __init__(self, hold: PayoutHold) -> None:
        """Take the hold, which knows why and until when."""
        super().__init__(hold.reason)
        self.hold = hold


class NotHeld(Exception):
    """The hold has ended or was lifted before; nothing was written."""


def holding(person: Person) -> PayoutHold | None:
    """Return the hold that keeps this person's money longest, or None."""
    return live_holds(person).first()


def live_holds(person: Person) -> PayoutHoldQuerySet:
    """Return the holds that keep this person's money, the longest first."""
    return PayoutHold.objects.live(now=clock.now()).filter(person=person)


@transaction.atomic
def place(
    *,
    person: Person,
    reason: str,
    words: str = "",
    until: datetime | None = None,
    by: Person | None = None,
) -> PayoutHold:
    """Hold a person's payouts, or return the hold that ``by`` placed for the same reason.

    Never another's: whoever may lift one of these need not be the one who may lift the other.

    What was not sent yet stays reserved, and nothing more can be asked for.

    Args:
        person: whose money waits; they are told.
        reason: one of ``PayoutHold.Reason``.
        words: what else the person should know.
        until: when it ends by itself; None for a person to lift it.
        by: who of the house held it; None on a provider's word.
    """
    one_at_a_time(f"payout-hold:{person.pk}")
    now = clock.now()
    same = PayoutHold.objects.live(now=now).filter(person=person, reason=reason)
    before = same.filter(words=words, until=until, set_by=by).first()
    if before is not None:
        return before
    hold = PayoutHold.objects.create(
        person=person, reason=reason, words=words, until=until, set_by=by, since=now
    )
    tell(person_id=person.pk, kind="payout_held", key=f"hold:{hold.pk}", data={}, path="/me/wallet")
    record(
        actor=_actor(by),
        act="payouts.held",
        subject=f"person:{person.pk}",
        after={"hold": hold.pk, "reason": reason, "words": words, "until": _said(until)},
    )
    return hold


@transaction.atomic
def lift(*, hold: PayoutHold, by: Person, why: str) -> PayoutHold:
    """Let a person's money go again.

    Raises:
        NotHeld: it had ended; nothing was written.
    """
    now = clock.now()
    live = PayoutHold.objects.live(now=now).filter(pk=hold.pk).order_by()
    if not live.update(lifted_at=now, lifted_by=by):
        raise NotHeld(hold.pk)
    hold.refresh_from_db()
    after_commit("payments.send_payouts")
    if not live_holds(hold.person):
        key = f"hold:{hold.pk}"
        tell(person_id=hold.person_id, kind="payout_free", key=key, data={}, path="/me/wallet")
    record(
        actor=_actor(by),
        act="payouts.released",
        subject=f"person:{hold.person_id}",
        before={"hold": hold.pk, "reason": hold.reason},
        after={"why": why},
    )
    return hold


@transaction.atomic
def pause(
    *, rail: str, reason: str, until: datetime | None = None, by: Person | None = None
) -> PausedRail:
    """Send nothing more through ``rail`` until then, or until a person lets it go on.

    A pause that ends later, or by a person only, outranks one that would end sooner.
    """
    one_at_a_time(f"rail:{rail}")
    now = clock.now()
    live = PausedRail.objects.live(now=now).filter(rail=rail).first()
    if live is not None and (live.until is None or (until is not None and live.until >= until)):
        return live
    paused, _is_new = PausedRail.objects.update_or_create(
        rail=rail,
        defaults={"reason": reason, "is_paused": True, "since": now, "until": until},
    )
    log.error("rail %s is paused: %s", rail, reason)
    if by is None:
        # An empty balance is found anew every hour: once a day is enough.
        key = f"{rail}:{reason}:{now:%Y-%m-%d}"
        tell_finance(kind="rail_rests", key=key, data={"rail": rail}, path="/desk/money")
    record(
        actor=_actor(by),
        act="rail.paused",
        subject=f"rail:{rail}",
        after={"reason": reason, "until": _said(until)},
    )
    return paused


@transaction.atomic
def resume(*, rail: str, by: Person) -> bool:
    """Let a rail send again; False when it did not rest."""
    live = PausedRail.objects.live(now=clock.now()).filter(rail=rail)
    reason = live.values_list("reason", flat=True).first()
    if not live.update(is_paused=False):
        return False
    after_commit("payments.send_payouts")
    record(actor=_actor(by), act="rail.resumed", subject=f"rail:{rail}", before={"reason": reason})
    return True


def _actor(by: Person | None) -> str:
    return f"person:{by.pk}" if by else "house"


def _said(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
