"""Filling a table with millions of rows: without looking at each, indexes made afterwards."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg2.extras import Json

KINDS = {"i8": "bigint", "f8": "double precision", "i4": "integer"}

# Ten signs, each number another ten: an odd factor walks through all of 2**40.
PUBLIC_ID = "lpad(upper(to_hex((({n}) * 667903571839) & 1099511627775)), 10, '0')"


def say(what: str, began: float) -> None:
    """Tell whoever waits how far it is; figures alone go to standard output."""
    print(f"world: {what} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def stage(name: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Copy columns of numbers into a passing table of this name."""
    fields = [("fields", ">i2")]
    for column, values in columns.items():
        fields += [(f"length_of_{column}", ">i4"), (column, f">{values.dtype.str[1:]}")]
    count = len(next(iter(columns.values())))
    rows = np.zeros(count, np.dtype(fields))
    rows["fields"] = len(columns)
    for column, values in columns.items():
        rows[f"length_of_{column}"], rows[column] = values.dtype.itemsize, values
    kinds = ", ".join(f"{name} {KINDS[col.dtype.str[1:]]}" for name, col in columns.items())
    head = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({kinds})")
        written = io.BytesIO(head + rows.tobytes() + b"\xff\xff")
        cursor.copy_expert(f"COPY {name} FROM STDIN (FORMAT binary)", written)
        cursor.execute(f"ANALYZE {name}")


def fill(
    model: type[models.Model],
    *,
    source: str,
    columns: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
) -> int:
    """Insert one row for each of ``source``; what is not said stands as the model has it."""
    values: dict[str, str] = dict(columns)
    known: dict[str, Any] = dict(given or {})
    for field in model._meta.concrete_fields:
        is_left = field.null or field.db_default is not models.NOT_PROVIDED or field.primary_key
        if field.column in values or is_left:
            continue
        values[field.column] = f"%({field.column})s"
        known[field.column] = _default_of(field)
    names, expressions = ", ".join(values), ", ".join(values.values())
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {expressions} FROM {source}", known)
        return int(cursor.rowcount)


def _default_of(field: models.Field[Any, Any]) -> Any:
    if not field.has_default():
        return ""
    default = field.get_default()
    is_json = isinstance(field, models.JSONField) and not isinstance(field, ArrayField)
    return Json(default) if is_json else default


@contextmanager
def bulk(*tables: str) -> Iterator[None]:
    """Take every index but the primary keys off these tables, and put them back afterwards.

    Meanwhile no trigger fires: what is filled in is right as it is, or the world is wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET session_replication_role = replica")
        again = [sql for table in tables for sql in _taken_off(cursor, table)]
        try:
            yield
        finally:
            for sql in again:
                cursor.execute(sql)
            cursor.execute("RESET session_replication_role")
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")


def _taken_off(cursor: Any, table: str) -> list[str]:
    """Drop unique constraints and indexes of a table; return what brings them back."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in indexes] + [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        for name, definition in constraints
    ]
