"""Telling: what happened, said once, in the same transaction as what happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q

from kit import clock
from kit.after_commit import after_commit
from kit.public_ids import public_id
from notifications.kinds import KINDS
from notifications.models import Letter, Notice

Data = Mapping[str, Any]

NOTICES = """
INSERT INTO notifications_notice (public_id, person_id, kind, key, data, path, created_at)
SELECT *, %(now)s FROM unnest(
  %(ids)s::text[], %(people)s::bigint[], %(kinds)s::text[], %(keys)s::text[], %(data)s::jsonb[],
  %(paths)s::text[]
) ON CONFLICT (key) DO NOTHING RETURNING key
"""

SEND = "notifications.send_letters"
EMAIL, SMS = Letter.Channel.EMAIL, Letter.Channel.SMS


@transaction.atomic
def tell(*, person_id: int, kind: str, key: str, data: Data, path: str = "") -> bool:
    """Put a notice into a person's inbox, with a letter when its kind has one.

    The letter goes by e-mail, or by SMS to who has only a phone, in the language the
    person reads. Queues the sending after commit.

    Args:
        person_id: who is told.
        kind: one of ``kinds.KINDS``.
        key: names the fact; the same person is told the same fact of a kind once for ever.
        data: the sentence's facts, as ``kinds.sentence_of`` lists them.
        path: the page of this house that shows more, such as ``/me/orders``.

    Returns:
        Whether this call told it.

    Raises:
        KeyError: there is no such kind.
    """
    said, key = KINDS[kind], f"{kind}:{person_id}:{key}"
    notice, created = Notice.objects.get_or_create(
        key=key, defaults={"person_id": person_id, "kind": kind, "data": dict(data), "path": path}
    )
    if not created or not said.letter:
        return created
    person = notice.person
    if person.email:
        _write(EMAIL, person.email, person.language, notice)
    elif person.phone:
        _write(SMS, person.phone, person.language, notice)
    return True


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell one person, as ``tell`` takes it."""

    person_id: int
    kind: str
    key: str
    data: Data
    path: str = ""

    @property
    def fact(self) -> str:
        """The key under which this person was told, or was not."""
        return f"{self.kind}:{self.person_id}:{self.key}"


@transaction.atomic
def tell_many(news: Sequence[News]) -> None:
    """Tell many things at once, each as ``tell`` would, and once for ever like it.

    Three questions, however many there are.

    Raises:
        KeyError: there is no such kind.
    """
    # In one order, so that two who tell the same wait for each other but never in a circle.
    once = dict(sorted((one.fact, one) for one in news))
    with_letter = {fact for fact, one in once.items() if KINDS[one.kind].letter}
    fresh = _put_into_inboxes(once)
    _write_many([once[fact] for fact in fresh if fact in with_letter])


def _put_into_inboxes(news: Mapping[str, News]) -> list[str]:
    """Write the notices that are new, and return their keys."""
    told = news.values()
    columns: dict[str, Any] = {
        "ids": [public_id() for _ in told],
        "people": [one.person_id for one in told],
        "kinds": [one.kind for one in told],
        "keys": list(news),
        "data": [json.dumps(one.data) for one in told],
        "paths": [one.path for one in told],
        "now": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTICES, columns)
        return [key for (key,) in cursor.fetchall()]


def _write_many(news: Sequence[News]) -> None:
    people = get_user_model().objects.filter(pk__in={one.person_id for one in news})
    reached = people.filter(Q(email__gt="") | Q(phone__gt=""))
    addresses = {
        pk: (EMAIL, email, language) if email else (SMS, phone or "", language)
        for pk, email, phone, language in reached.values_list("pk", "email", "phone", "language")
    }
    letters = [
        Letter(
            key=one.fact,
            channel=channel,
            address=address,
            language=language,
            kind=one.kind,
            data=dict(one.data),
            path=one.path,
        )
        for one in news
        if one.person_id in addresses
        for channel, address, language in [addresses[one.person_id]]
    ]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    if letters:
        after_commit(SEND)


@transaction.atomic
def write_to(  # noqa: PLR0913 -- an address needs its channel and language, a fact its key
    *, address: str, channel: str, language: str, kind: str, key: str, data: Data, path: str = ""
) -> bool:
    """Write a letter to somebody who need not have an account.

    Args:
        address: an e-mail address, or a phone number in E.164.
        channel: ``email`` or ``sms``.
        language: what they read, one of the house's languages.
        kind: one of ``kinds.KINDS``, whether or not it has a letter for people with an account.
        key: names the fact; the same address is told the same fact of a kind once for ever.
        data: the sentence's facts.
        path: the page the letter leads to, such as a signed order link.

    Returns:
        Whether this call wrote it.

    Raises:
        KeyError: there is no such kind.
        ValueError: there is no such channel.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    notice = Notice(kind=kind, key=f"{kind}:{_short(address)}:{key}", data=dict(data), path=path)
    return _write(Letter.Channel(channel), address, language, notice)


def _write(channel: Letter.Channel, address: str, language: str, notice: Notice) -> bool:
    _, created = Letter.objects.get_or_create(
        key=notice.key,
        defaults={
            "channel": channel,
            "address": address,
            "language": language,
            "kind": notice.kind,
            "data": notice.data,
            "path": notice.path,
        },
    )
    if created:
        after_commit(SEND)
    return created


def _short(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]
