"""Where a person's or a charity's money is sent, and the wait after that is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.utils.crypto import salted_hmac

from audit.recording import record
from kit import clock
from kit.locks import one_at_a_time
from ledger import accounts
from notifications.models import Letter
from notifications.telling import tell, write_to
from payments.gateways.registry import rail
from payments.models import Destination, Payout
from people.models import Person
from people.staff_roles import tell_finance

CHANGED = "destination_changed"


def in_use(person: Person) -> Destination | None:
    """Return where this person's money goes now, or None."""
    return Destination.objects.filter(person=person, retired_at__isnull=True).first()


def usable_at(destination: Destination) -> datetime:
    """Return from when money may be sent there.

    A first destination serves at once. A changed one cools, so that whoever broke into an
    account cannot empty it before its owner has read the notice.
    """
    return usable_since([destination])[destination]


def usable_since(places: Sequence[Destination]) -> dict[Destination, datetime]:
    """Return for several destinations from when money may be sent there, in one query."""
    people = [place.person_id for place in places if place.person_id is not None]
    charities = [place.charity_id for place in places if place.charity_id is not None]
    theirs = Destination.objects.filter(Q(person_id__in=people) | Q(charity_id__in=charities))
    # Without an order of its own, as that would split the groups.
    grouped = theirs.order_by().values_list("person_id", "charity_id")
    firsts = {first for *_whose, first in grouped.annotate(first=Min("pk"))}
    cools = timedelta(hours=settings.DESTINATION_COOLS_HOURS)
    return {place: place.since if place.pk in firsts else place.since + cools for place in places}


@transaction.atomic
def set_destination(
    *, person: Person, identifier: str, holder: str, provider: str = ""
) -> Destination:
    """Send this person's money to another place from now on; the one before is retired.

    Setting what is already set changes nothing, so the wait does not begin again. A
    payout under way keeps the destination it was asked with. After a change the person
    is told at every address that they proved.

    Args:
        person: whose money it is.
        identifier: the account as the person wrote it; kept as the rail writes it.
        holder: the name it bears.
        provider: the rail; the first that the settings name when left out.

    Raises:
        BadDestination: the rail cannot pay there; nothing was written.
    """
    provider = provider or settings.PAYOUT_RAILS[0]
    identifier = rail(provider).check_destination(identifier, holder)
    one_at_a_time(f"destination:{person.pk}")
    before = in_use(person)
    place = (provider, identifier, holder)
    if before and (before.provider, before.identifier, before.holder) == place:
        return before
    now = clock.now()
    if before:
        Destination.objects.filter(pk=before.pk).update(retired_at=now)
    destination = Destination.objects.create(
        person=person,
        provider=provider,
        identifier=identifier,
        holder=holder,
        fingerprint=fingerprint_of(provider, identifier),
        since=now,
    )
    if before:
        _tell_everywhere(person, destination)
    record(
        actor=f"person:{person.pk}",
        act="destination.changed" if before else "destination.set",
        subject=f"person:{person.pk}",
        before={"ends_in": ending(before.identifier)} if before else None,
        after={"ends_in": ending(identifier)},
    )
    return destination


@transaction.atomic
def set_of_charity(
    *, charity_id: int, name: str, identifier: str, holder: str, by: Person, provider: str = ""
) -> Destination:
    """Send a charity's money to another place from now on; the one before is retired.

    Whoever sets it cannot approve what is paid there, and everybody who answers for the
    house's money is told of a change. Setting what is already set changes nothing.

    Args:
        charity_id: as the ledger's accounts name it.
        name: what the charity is called, for the news.
        identifier: the account; kept as the rail writes it.
        holder: the name it bears.
        by: who of the house wrote it down.
        provider: the rail; the first that the settings name when left out.

    Raises:
        BadDestination: the rail cannot pay there; nothing was written.
    """
    provider = provider or settings.PAYOUT_RAILS[0]
    identifier = rail(provider).check_destination(identifier, holder)
    one_at_a_time(f"destination:charity:{charity_id}")
    before = of_charity(charity_id)
    place = (provider, identifier, holder)
    if before and (before.provider, before.identifier, before.holder) == place:
        return before
    now = clock.now()
    Destination.objects.filter(charity_id=charity_id, retired_at=None).update(retired_at=now)
    destination = Destination.objects.create(
        charity_id=charity_id,
        set_by=by,
        provider=provider,
        identifier=identifier,
        holder=holder,
        fingerprint=fingerprint_of(provider, identifier),
        since=now,
    )
    tell_finance(
        kind="charity_place_changed",
        key=f"destination:{destination.pk}",
        data={"charity": name, "person": by.name},
        path="/desk/charities",
    )
    record(
        actor=f"person:{by.pk}",
        act="destination.changed" if before else "destination.set",
        subject=f"charity:{charity_id}",
        before={"ends_in": ending(before.identifier)} if before else None,
        after={"ends_in": ending(identifier)},
    )
    return destination


def of_charity(charity_id: int) -> Destination | None:
    """Return where this charity's money goes now, or None."""
    return of_charities([charity_id]).get(charity_id)


def of_charities(ids: Iterable[int]) -> dict[int, Destination]:
    """Return where the money of these charities goes now, by their ids; one query."""
    in_use = Destination.objects.filter(charity_id__in=ids, retired_at__isnull=True)
    return {row.charity_id: row for row in in_use if row.charity_id is not None}


def were_set_by(person: Person, *, payout: Payout) -> bool:
    """Whether this person ever wrote down the place that a charity's payout goes to."""
    return Destination.objects.filter(
        charity_id=accounts.charity_of(accounts.named(payout.account, payout.currency)),
        provider=payout.provider,
        identifier=payout.destination,
        set_by=person,
    ).exists()


def _tell_everywhere(person: Person, destination: Destination) -> None:
    """Write to every address that is proven: a thief who reads one may not read the other."""
    key, data = f"destination:{destination.pk}", {"hours": settings.DESTINATION_COOLS_HOURS}
    tell(person_id=person.pk, kind=CHANGED, key=key, data=data, path="/me/wallet")
    if person.email and person.phone and person.phone_verified_at:
        write_to(  # the inbox has told the e-mail address
            address=person.phone,
            channel=Letter.Channel.SMS,
            language=person.language,
            kind=CHANGED,
            key=key,
            data=data,
            path="/me/wallet",
        )


def fingerprint_of(provider: str, identifier: str) -> str:
    """Return a keyed digest of a place, by which the same one is known again."""
    place = f"{provider}:{identifier}"
    return salted_hmac("payments.destination", place, algorithm="sha256").hexdigest()


def ending(identifier: str) -> str:
    """Return the last four signs at most, and never more than half: enough to know it by."""
    return identifier[-min(4, len(identifier) // 2) :]
