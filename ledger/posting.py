"""Posting: facts about money, each told once, balanced, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction

from ledger.accounts import Side
from ledger.facts import Fact, Unbalanced, columns

__all__ = ["Fact", "KeyReused", "Overdrawn", "Unbalanced", "post", "post_many"]

# Up to so many facts the plan made once is the right one; see ledger/sql.py.
FEW = 8
ONE = "SELECT * FROM ledger_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
MANY = ONE.replace("ledger_post", "ledger_post_many")

# Somebody else was faster: cannot be serialized, deadlock, a key that was not there to see.
FASTER = frozenset({"40001", "40P01", "23505"})
TRIES = 5


class KeyReused(Exception):
    """The same key was used for another fact; nothing was posted."""


class Overdrawn(Exception):
    """An account would fall below its floor; nothing was posted."""


def post(*, key: str, legs: Mapping[Side, int], memo: str = "", at: datetime | None = None) -> bool:
    """Post one transfer, or find that it was posted before; see ``Fact`` and ``post_many``.

    Returns:
        Whether this call wrote it.

    Raises:
        KeyReused: the key stands for other legs.
        Overdrawn: an account would fall below its floor.
        Unbalanced: the legs do not sum to zero in every currency.
    """
    return post_many([Fact(key, legs, memo, at)])[0]


def post_many(facts: Sequence[Fact]) -> list[bool]:
    """Post transfers in one round trip, in their order, all that are new or none at all.

    On refusal nothing is told (a new account may stand there, empty), and the caller's
    transaction stays usable. Outside one, a post that crossed somebody else's is tried again.

    Returns:
        For each fact whether this call wrote it.

    Raises:
        KeyReused: a key stands for other legs; the exception names it.
        Overdrawn: at its turn a fact would take an account below its floor, even if a later
            one would lift it again; the exception names its key.
        Unbalanced: the legs of a fact do not sum to zero in every currency.
    """
    once: dict[str, Fact] = {}
    for fact in facts:
        fact.refuse_unbalanced()
        if once.setdefault(fact.key, fact).request_hash != fact.request_hash:
            raise KeyReused(fact.key)
    if not once:
        return []
    written = dict(zip(once, _tell(MANY if len(once) > FEW else ONE, once), strict=True))
    return [once[fact.key] is fact and written[fact.key] for fact in facts]


def _tell(question: str, facts: Mapping[str, Fact]) -> list[bool]:
    arrays = columns(facts.values())
    if not connection.get_autocommit():
        return _told(question, arrays)
    try:
        return _told(question, arrays)
    except (IntegrityError, OperationalError) as fact:
        if _code_of(fact) not in FASTER:
            raise
    return _tell_again(question, arrays)


def _tell_again(question: str, arrays: list[str], *, tries: int = TRIES) -> list[bool]:
    """Tell it where every statement sees what was committed, so that the first try suffices.

    Only a deadlock with some other job's locks can still come in between.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return _told(question, arrays)
    except (IntegrityError, OperationalError) as fact:
        if _code_of(fact) not in FASTER or tries == 1:
            raise
    return _tell_again(question, arrays, tries=tries - 1)


def _told(question: str, arrays: list[str]) -> list[bool]:
    with connection.cursor() as cursor:
        cursor.execute(question, arrays)
        fresh, reused, overdrawn = cursor.fetchone()
    if reused is not None:
        raise KeyReused(reused)
    if overdrawn is not None:
        raise Overdrawn(overdrawn)
    return list(fresh)


def _code_of(fact: Exception) -> str:
    return getattr(fact.__cause__, "pgcode", None) or ""
