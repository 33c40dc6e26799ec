"""Acting on a provider's event: find what it speaks of, and ask the provider how it stands."""

from __future__ import annotations

from itertools import chain

from kit.sweeping import one_by_one
from orders import paying, refunds
from payments import inbox
from payments.acting import act_on_payout
from payments.charging import ProviderAway
from payments.models import Charge, ProviderEvent, Refund


def act_at_once(event: ProviderEvent) -> bool:
    """Act on a fresh event; what cannot be done now waits in the inbox for the sweep.

    It never raises: the event is stored, and that is all the provider has to know.
    """
    return one_by_one(act, [event], away=ProviderAway) == [True]


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
    waiting = [ProviderEvent.objects.waiting(about=about) for about in ("charge", "refund")]
    return sum(one_by_one(act, chain(*waiting), away=ProviderAway))


def _refresh_charge(event: ProviderEvent) -> None:
    mine = Charge.objects.filter(provider=event.provider, reference=event.reference)
    for charge_id in mine.values_list("pk", flat=True):
        paying.refresh(charge_id)


def _refresh_refund(event: ProviderEvent) -> None:
    mine = Refund.objects.filter(charge__provider=event.provider, reference=event.reference)
    for refund_id in mine.values_list("pk", flat=True):
        refunds.refresh(refund_id)
