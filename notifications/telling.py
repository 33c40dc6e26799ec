"""Telling: what happened, said once, in the same transaction as what happened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from kit.after_commit import after_commit
from notifications.kinds import KINDS
from notifications.models import Letter, Notice

Data = Mapping[str, Any]

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

    Five questions, however many there are.

    Raises:
        KeyError: there is no such kind.
    """
    facts = {one.fact: one for one in news}
    told = Notice.objects.filter(key__in=facts).values_list("key", flat=True)
    # In one order, so that two who tell the same wait for each other but never in a circle.
    fresh = [facts[fact] for fact in sorted(facts.keys() - set(told))]
    notices = [
        Notice(
            key=one.fact,
            person_id=one.person_id,
            kind=one.kind,
            data=dict(one.data),
            path=one.path,
        )
        for one in fresh
    ]
    with_letter = [notice for notice in notices if KINDS[notice.kind].letter]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    _write_many(with_letter)


def _write_many(notices: Sequence[Notice]) -> None:
    people = get_user_model().objects.in_bulk({notice.person_id for notice in notices})
    letters = [
        Letter(
            key=notice.key,
            channel=EMAIL if person.email else SMS,
            address=person.email or person.phone,
            language=person.language,
            kind=notice.kind,
            data=notice.data,
            path=notice.path,
        )
        for notice in notices
        if (person := people[notice.person_id]).email or person.phone
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
