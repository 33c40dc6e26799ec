"""The only way a state changes: one table, one UPDATE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

Moves = Mapping[str, frozenset[str]]


class TransitionRefused(Exception):
    """The row is not in a state from which it may go there."""


def move(row: models.Model, *, to: str, table: Moves, **also: Any) -> None:
    """Move ``row`` to state ``to`` if ``table`` allows it, in one UPDATE.

    Args:
        row: a saved instance with a ``state`` field.
        to: the wanted state.
        table: for each wanted state, the states one may come from.
        also: further fields the same UPDATE writes, such as ``paid_at``.

    Raises:
        TransitionRefused: the stored state is not one ``to`` may follow; nothing was written.
    """
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=table[to])
    if not rows.update(state=to, **also):
        raise TransitionRefused(f"{row._meta.label} {row.pk} cannot become {to}")
    row.refresh_from_db(fields=["state", *also])
