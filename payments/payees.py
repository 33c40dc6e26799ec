"""Who is paid from an account, and whether they may be right now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kit import clock
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import accounts_with_at_least, sides_under
from payments import destinations
from payments.models import Destination, Payout, PayoutHold
from people.models import Person
from shops.models import Shop

PERSONAL = ("sharer", "shop")  # the accounts that people are paid from
KINDS = (*PERSONAL, "charity")


@dataclass(frozen=True, slots=True)
class Payee:
    """Whose account it is, and where their money goes; a charity is no person."""

    account: Side
    person: Person | None
    destination: Destination


def owner_of(account: Side) -> Person | None:
    """Return whose account this is; None when it was closed. A shop's belongs to its owner."""
    return owners_of([account]).get(account)


def owners_of(sides: Iterable[Side]) -> dict[Side, Person]:
    """Return the owners of several accounts, in at most two queries; closed ones are left out."""
    ids = {side: int(side.code.split(":")[1]) for side in sides if side.kind in PERSONAL}
    people = Person.objects.in_bulk([ids[side] for side in ids if side.kind == "sharer"])
    shops = Shop.objects.select_related("owner").in_bulk(
        [ids[side] for side in ids if side.kind == "shop"]
    )
    owners: dict[Side, Person] = {}
    for side, pk in ids.items():
        shop = shops.get(pk)
        owner = people.get(pk) if side.kind == "sharer" else (shop.owner if shop else None)
        if owner is not None and owner.is_active:
            owners[side] = owner
    return owners


def rich_accounts(*, minor: int) -> list[tuple[str, str, int]]:
    """Return (code, currency, balance) of what may be paid out: accounts with ``minor`` or more.

    Asked for apart, each by an index of its own: charities are few, and people are not.
    """
    of_people = accounts_with_at_least(kinds=PERSONAL, minor=minor)
    return [*of_people, *accounts_with_at_least(kinds=("charity",), minor=minor)]


def payable(sides: Sequence[Side], *, rail: str, run: str) -> list[Payee]:
    """Return who of these may be paid through ``rail`` in this run, in the order given.

    Left out are closed accounts, people who named no place on this rail or a fresh one, who
    is held, and accounts with a payout under way or one of this run. A charity that is off
    the list is paid what it was given before.
    """
    busy = busy_accounts([side.code for side in sides], run=run)
    free = [side for side in sides if side.code not in busy]
    owners = owners_of(free)
    places = _usable_places([owner.pk for owner in owners.values()], rail=rail)
    charities = {side: accounts.charity_of(side) for side in free if side.kind == "charity"}
    theirs = _usable_places_of_charities(charities.values(), rail=rail)
    found = {
        side: Payee(side, owner, places[owner.pk])
        for side, owner in owners.items()
        if owner.pk in places
    }
    found |= {side: Payee(side, None, theirs[pk]) for side, pk in charities.items() if pk in theirs}
    return [found[side] for side in free if side in found]


def busy_accounts(codes: Sequence[str], *, run: str) -> set[str]:
    """Return which of these accounts have a payout under way, or one that this run made."""
    mine = Payout.objects.filter(account__in=codes)
    return {*mine.open().values_list("account", flat=True)} | {
        *mine.filter(run=run).values_list("account", flat=True)
    }


def _usable_places(person_ids: Iterable[int], *, rail: str) -> dict[int, Destination]:
    now = clock.now()
    held = PayoutHold.objects.live(now=now).values("person_id")
    in_use = Destination.objects.filter(
        person_id__in=person_ids, provider=rail, retired_at__isnull=True
    ).exclude(person_id__in=held)
    usable_at = destinations.usable_since(list(in_use))
    return {
        place.person_id: place
        for place, since in usable_at.items()
        if since <= now and place.person_id is not None
    }


def _usable_places_of_charities(ids: Iterable[int], *, rail: str) -> dict[int, Destination]:
    now = clock.now()
    in_use = Destination.objects.filter(charity_id__in=ids, provider=rail, retired_at__isnull=True)
    usable_at = destinations.usable_since(list(in_use))
    return {
        place.charity_id: place
        for place, since in usable_at.items()
        if since <= now and place.charity_id is not None
    }


def account_named(code: str, *, currency: str) -> Side | None:
    """Return the account of a sharer or shop that a person typed; None when it is none."""
    found = re.fullmatch(r"(sharer|shop):([1-9][0-9]{0,17}):([A-Z]{3})", code)
    if found is None or found.group(3) != currency:
        return None
    return accounts.named(code, currency)


def charity_named(code: str, *, currency: str) -> Side | None:
    """Return the account of a charity that a person typed; None when nothing ever stood on it."""
    if not re.fullmatch(r"charity:[1-9][0-9]{0,17}:[A-Z]{3}", code):
        return None
    return next((side for side in sides_under(code) if side.currency == currency), None)
