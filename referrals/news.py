"""Telling a sharer what became of a commission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from notifications.telling import News, tell, tell_many
from referrals.models import Commission


def to_sharer(
    commission: Commission, kind: str, *, minor: int | None = None, days: int = 0, fact: str = ""
) -> None:
    """Tell whose commission it is, once for each kind and ``fact``."""
    net_minor = commission.net_minor if minor is None else minor
    tell(**asdict(_news(commission, kind, minor=net_minor, days=days, fact=fact)))


def to_sharers(commissions: Iterable[Commission], kind: str) -> None:
    """Tell of many commissions at once what is theirs; their products must be loaded."""
    tell_many([_news(row, kind, minor=row.net_minor) for row in commissions])


def _news(commission: Commission, kind: str, *, minor: int, days: int = 0, fact: str = "") -> News:
    return News(
        person_id=commission.sharer_id,
        kind=kind,
        key=f"commission:{commission.pk}:{fact or commission.reversed_minor}",
        data={
            "amount_minor": minor,
            "currency": commission.currency,
            "product": commission.product.title,
            "title": commission.product.title,
            "days": days,
        },
        path=f"/me/earnings/{commission.line_key}",
    )
