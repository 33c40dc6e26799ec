"""Telling a sharer what became of a commission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from notifications.telling import News, tell, tell_many
from referrals.models import Commission

# What says "yours", and is said of no commission that goes to somebody else.
OF_ONES_OWN = frozenset(
    {
        "commission_expected",
        "commission_held",
        "commission_reversed",
        "commission_owed",
        "commission_restored",
    }
)


class Earned(Protocol):
    """A commission, as far as news of it go."""

    @property
    def pk(self) -> int: ...
    @property
    def line_key(self) -> str: ...
    @property
    def sharer_id(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def net_minor(self) -> int: ...
    @property
    def reversed_minor(self) -> int: ...


class Titled(Earned, Protocol):
    """One that knows what was sold."""

    @property
    def title(self) -> str: ...


def to_sharer(
    commission: Commission, kind: str, *, minor: int | None = None, days: int = 0, fact: str = ""
) -> None:
    """Tell whose commission it is, once for each kind and ``fact``.

    Of one they left to a charity they hear when the charity has it: the rest is not theirs.
    """
    if commission.charity_id is not None and kind in OF_ONES_OWN:
        return
    net_minor = commission.net_minor if minor is None else minor
    data = _facts_of(commission, commission.product.title, minor=net_minor) | {"days": days}
    tell(
        person_id=commission.sharer_id,
        kind=kind,
        key=_key_of(commission, fact),
        data=data,
        path=_path_of(commission),
    )


def of_review(review_id: int) -> str:
    """Return the fact's name: a second review of the same sale is told as well."""
    return f"review:{review_id}"


def to_sharers(commissions: Iterable[Titled], kind: str) -> None:
    """Tell of many commissions at once what is theirs."""
    tell_many(
        [
            News(
                row.sharer_id,
                kind,
                _key_of(row, ""),
                _facts_of(row, row.title, minor=row.net_minor),
                _path_of(row),
            )
            for row in commissions
        ]
    )


def _key_of(commission: Earned, fact: str) -> str:
    return f"commission:{commission.pk}:{fact or commission.reversed_minor}"


def _facts_of(commission: Earned, title: str, *, minor: int) -> dict[str, str | int]:
    return {
        "amount_minor": minor,
        "currency": commission.currency,
        "product": title,
        "title": title,
    }


def _path_of(commission: Earned) -> str:
    return f"/me/earnings/{commission.line_key}"
