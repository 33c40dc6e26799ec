"""The list of charities that sharers may give to, kept by the house: add, rename, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from audit.recording import record
from kit import clock
from kit.locks import locked
from ledger import accounts
from ledger.balances import balances_of, sides_under
from payments import destinations
from payments.models import Destination
from people.models import Person
from referrals.models import Charity

NAMES = ("name_zh", "name_en", "registration")


class ListedBefore(Exception):
    """A charity of this registration is on the list, open or closed; nothing was written."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a charity is called, and the number it is registered under."""

    zh: str
    en: str
    registration: str


def add(*, names: Names, by: Person) -> Charity:
    """Put a charity on the list.

    Raises:
        ListedBefore: as it says.
    """
    return _written(Charity(), names, by=by, act="charity.listed")


@transaction.atomic
def rename(*, charity: Charity, names: Names, by: Person) -> Charity:
    """Correct what a charity is called; what it was given stays its own.

    Raises:
        ListedBefore: another one bears the new registration.
    """
    # Fresh and locked: whoever closes it meanwhile has closed it.
    (row,) = locked(Charity.objects.filter(pk=charity.pk))
    return _written(row, names, by=by, act="charity.renamed")


@transaction.atomic
def close(*, charity: Charity, by: Person) -> Charity:
    """Take a charity off the list: no sale from now on gives to it. Once.

    What it was given before is its own, and what is still in the return window goes on.
    Links that give to it leave their sales to nobody until their makers choose anew.
    """
    (row,) = locked(Charity.objects.filter(pk=charity.pk))
    if row.closed_at is None:
        row.closed_at = clock.now()
        row.save(update_fields=["closed_at"])
        _record(row, by, "charity.closed", before={})
    return row


@transaction.atomic
def open_again(*, charity: Charity, by: Person) -> Charity:
    """Put a closed charity back on the list; links that gave to it do so again. Once."""
    (row,) = locked(Charity.objects.filter(pk=charity.pk))
    if row.closed_at is not None:
        row.closed_at = None
        row.save(update_fields=["closed_at"])
        _record(row, by, "charity.opened_again", before={})
    return row


def pay_to(
    *, charity: Charity, identifier: str, holder: str, provider: str, by: Person
) -> Destination:
    """Say where a charity's money is sent, from the next payday on.

    Raises:
        BadDestination: the rail cannot pay there; nothing was written.
    """
    return destinations.set_of_charity(
        charity_id=charity.pk,
        name=charity.name_zh,
        identifier=identifier,
        holder=holder,
        provider=provider,
        by=by,
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """What a charity was given and not paid yet, and what of it is on its way."""

    minor: int
    on_the_way_minor: int
    currency: str


def balances() -> Mapping[int, list[Owed]]:
    """Return what each charity was given and has not received, by its id; two queries."""
    found: dict[int, list[Owed]] = {}
    sides = {
        side: accounts.in_transit(side.code, side.currency) for side in sides_under("charity:")
    }
    minors = balances_of([*sides, *sides.values()])
    for side, transit in sides.items():
        owed = Owed(minors[side], minors[transit], side.currency)
        found.setdefault(accounts.charity_of(side), []).append(owed)
    return found


def _written(row: Charity, names: Names, *, by: Person, act: str) -> Charity:
    before = _names_of(row) if row.pk else {}
    row.name_zh, row.name_en, row.registration = names.zh, names.en, names.registration
    try:
        with transaction.atomic():
            row.save(update_fields=NAMES if row.pk else None)
            _record(row, by, act, before=before)
    except IntegrityError as fact:
        raise ListedBefore(names.registration) from fact
    return row


def _names_of(row: Charity) -> dict[str, str]:
    return {"zh": row.name_zh, "en": row.name_en, "registration": row.registration}


def _record(row: Charity, by: Person, act: str, *, before: dict[str, str]) -> None:
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"charity:{row.pk}",
        before=before,
        after=_names_of(row),
    )
