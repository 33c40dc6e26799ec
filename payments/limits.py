"""How many people of the house must let a payout go, and why it waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from payments.models import Destination, Payout

Waits = Payout.WaitsFor


@dataclass(frozen=True, slots=True)
class Approval:
    """What a payout needs before it is sent: nobody, one person or two, and why."""

    needed: int
    waits_for: str = ""

    @property
    def state(self) -> str:
        """The state in which such a payout begins."""
        return Payout.State.AWAITING if self.needed else Payout.State.RESERVED


def approval_of(*, amount_minor: int, is_shared: bool, is_charity: bool = False) -> Approval:
    """Return what a payout of ``amount_minor`` needs.

    Args:
        amount_minor: minor units of its currency.
        is_shared: somebody else has their money sent to the same place.
        is_charity: somebody of the house wrote its place down, so another one looks.
    """
    if amount_minor > settings.PAYOUT_SECOND_APPROVAL_MINOR:
        return Approval(2, Waits.AMOUNT)
    if amount_minor > settings.PAYOUT_AUTO_LIMIT_MINOR:
        return Approval(1, Waits.AMOUNT)
    if is_charity:
        return Approval(1, Waits.CHARITY)
    return Approval(1, Waits.SHARED) if is_shared else Approval(0)


def shared_places(person_ids: Iterable[int]) -> set[int]:
    """Return who of these people has their money sent where somebody else's goes too."""
    in_use = Destination.objects.filter(retired_at__isnull=True).exclude(fingerprint="")
    mine = in_use.filter(person_id__in=person_ids).values_list("fingerprint", flat=True)
    users: dict[str, set[int]] = {}
    for fingerprint, person_id in in_use.filter(fingerprint__in=list(mine)).values_list(
        "fingerprint", "person_id"
    ):
        users.setdefault(fingerprint, set()).add(person_id or 0)  # nobody is 0: a charity
    return {person_id for alike in users.values() if len(alike) > 1 for person_id in alike} - {0}
