"""Acting on events about payouts; those about charges and refunds concern orders."""

from __future__ import annotations

from kit.sweeping import one_by_one
from payments import inbox, payouts
from payments.gateways.port import ProviderAway
from payments.models import Payout, ProviderEvent


def act_on_payout(event: ProviderEvent) -> bool:
    """Look the event's payout up; False when the provider did not answer.

    An event about a payout we do not know is kept, and nothing else.
    """
    payout = Payout.objects.filter(provider=event.provider, reference=event.reference).first()
    if payout is not None and not payouts.refresh(payout.pk):
        return False
    inbox.done(event)
    return True


def act_on_waiting() -> int:
    """Act on every event about a payout that nobody acted on yet; return on how many."""
    waiting = ProviderEvent.objects.waiting(about="payout")
    return len(one_by_one(_act_or_wait, waiting, away=ProviderAway))


def _act_or_wait(event: ProviderEvent) -> None:
    if not act_on_payout(event):
        raise ProviderAway(event.event_id)
