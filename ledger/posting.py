"""Posting: facts about money, each told once, balanced, never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import IntegrityError, OperationalError, connection, transaction

from ledger.accounts import Side
from ledger.facts import Fact, Unbalanced, columns, row

__all__ = ["Fact", "KeyReused", "Overdrawn", "Unbalanced", "post", "post_many"]

ONE = "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
MANY = """
SELECT fresh, reused, overdrawn
FROM ledger_post_many(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

Facts = Mapping[str, Fact]
Written = dict[str, bool]

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
    written = _tried(partial(_tell_one if len(once) == 1 else _tell_many, once))
    return [written.pop(fact.key, False) for fact in facts]  # said twice, written once


def _tell_one(facts: Facts) -> Written:
    ((key, fact),) = facts.items()
    with connection.cursor() as cursor:
        cursor.execute(ONE, row(fact))
        (verdict,) = cursor.fetchone()
    if verdict == "reused":
        raise KeyReused(key)
    if verdict == "overdrawn":
        raise Overdrawn(key)
    return {key: verdict == "fresh"}


def _tell_many(facts: Facts) -> Written:
    with connection.cursor() as cursor:
        cursor.execute(MANY, columns(facts.values()))
        fresh, reused, overdrawn = cursor.fetchone()
    if reused is not None:
        raise KeyReused(reused)
    if overdrawn is not None:
        raise Overdrawn(overdrawn)
    return dict(zip(facts, fresh, strict=True))


def _tried(tell: Callable[[], Written]) -> Written:
    if not connection.get_autocommit():
        return tell()
    try:
        return tell()
    except (IntegrityError, OperationalError) as fact:
        if _code_of(fact) not in FASTER:
            raise
    return _tried_again(tell)


def _tried_again(tell: Callable[[], Written], *, tries: int = TRIES) -> Written:
    """Tell it where every statement sees what was committed, so that the first try suffices.

    Only a deadlock with some other job's locks can still come in between.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return tell()
    except (IntegrityError, OperationalError) as fact:
        if _code_of(fact) not in FASTER or tries == 1:
            raise
    return _tried_again(tell, tries=tries - 1)


def _code_of(fact: Exception) -> str:
    return getattr(fact.__cause__, "pgcode", None) or ""
