"""Telling a sharer what became of a commission."""

from __future__ import annotations

from typing import Any

from notifications.telling import tell
from referrals.models import Commission


def told_of(commission: Commission, *, minor: int, days: int = 0) -> dict[str, Any]:
    """Return the facts of a notice about one commission; its product must be loaded."""
    return {
        "amount_minor": minor,
        "currency": commission.currency,
        "product": commission.product.title,
        "title": commission.product.title,
        "days": days,
    }


def path_of(line_key: str) -> str:
    """Return the page that tells one commission's story."""
    return f"/me/earnings/{line_key}"


def to_sharer(
    commission: Commission, kind: str, *, minor: int | None = None, days: int = 0, fact: str = ""
) -> None:
    """Tell whose commission it is, once for each kind and ``fact``."""
    tell(
        person_id=commission.sharer_id,
        kind=kind,
        key=f"commission:{commission.pk}:{fact or commission.reversed_minor}",
        data=told_of(commission, minor=commission.net_minor if minor is None else minor, days=days),
        path=path_of(commission.line_key),
    )
