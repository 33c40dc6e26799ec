"""Doorsteps: telling that two orders went to one door without keeping where it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from referrals import fingerprints
from referrals.models import Doorstep

# The household rule asks for a month around a sale, and asks again when its return window
# is over: ten days to be received and at most ninety to be sent back, as shops may say.
KEPT = timedelta(days=130)


def note(*, order_key: str, person_id: int | None, address: str, at: datetime) -> None:
    """Note to which door an order goes; of a guest, without whose order it is.

    Call it once, in the order's transaction and before ``attribution.freeze``.
    """
    digest = fingerprints.of_door(address)
    Doorstep.objects.create(order_key=order_key, person_id=person_id, digest=digest, at=at)


def forget_old(now: datetime) -> int:
    """Delete what no rule asks for any more; return how many."""
    gone, _each = Doorstep.objects.filter(at__lt=now - KEPT).delete()
    return gone
