"""Acting on a provider's event: find what it speaks of, and ask the provider how it stands."""

from __future__ import annotations

import logging

from django.db import OperationalError

from orders import paying, refunds
from payments import inbox
from payments.acting import act_on_payout
from payments.charging import ProviderAway
from payments.models import Charge, ProviderEvent, Refund

log = logging.getLogger(__name__)


def act_at_once(event: ProviderEvent) -> bool:
    """Act on a fresh event; what cannot be done now waits in the inbox for the sweep."""
    try:
        return act(event)
    except (ProviderAway, OperationalError) as fact:
        log.warning("event %s waits: %s", event.event_id, type(fact).__name__)
        return False


def act(event: ProviderEvent) -> bool:
    """Do what an event calls for; an event about nothing of ours is kept, and that is all.

    Raises:
        ProviderAway: the provider did not answer when asked back.
    """
    about = event.kind.partition(".")[0]
    if about == "payout":
        return act_on_payout(event)
    if about == "charge":
        _refresh_charge(event)
    if about == "refund":
        _refresh_refund(event)
    inbox.done(event)
    return True


def act_on_waiting() -> int:
    """Act on every event about a charge or a refund that still waits; return on how many."""
    return sum(
        act_at_once(event)
        for about in ("charge", "refund")
        for event in ProviderEvent.objects.waiting(about=about)
    )


def _refresh_charge(event: ProviderEvent) -> None:
    mine = Charge.objects.filter(provider=event.provider, reference=event.reference)
    for charge_id in mine.values_list("pk", flat=True):
        paying.refresh(charge_id)


def _refresh_refund(event: ProviderEvent) -> None:
    mine = Refund.objects.filter(charge__provider=event.provider, reference=event.reference)
    for refund_id in mine.values_list("pk", flat=True):
        refunds.refresh(refund_id)
