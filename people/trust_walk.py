"""Everybody's weight by arithmetic on whole columns: what a large street needs.

A matrix of who is friends with whom, strongest friends first in each row, is multiplied a
few times with what reaches everybody. ``people.trust_sql`` does the same without NumPy.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from scipy import sparse

from people import trust_rules as rules
from people.trust_graph import FRIENDS, PEOPLE, Found, moments

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]

# COPY's binary form: a head, then rows, each the count of its fields and every field behind
# its length, then two bytes. No field here is ever null, so that every row is as long.
HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL = b"\xff\xff"


def _row_of(*fields: tuple[str, str]) -> np.dtype[np.void]:
    parts = [("fields", ">i2")]
    for name, kind in fields:
        parts += [(f"length_of_{name}", ">i4"), (name, kind)]
    return np.dtype(parts)


PERSON = _row_of(("id", ">i8"), ("is_young", "?"), ("is_barred", "?"))
PAIR = _row_of(("low", ">i8"), ("high", ">i8"), ("trades", ">i2"))
WEIGHT = _row_of(("id", ">i8"), ("g", ">f8"), ("e", ">f8"), ("t", ">f8"))


@dataclass(frozen=True, slots=True)
class People:
    """Who is here, in the order of their ids."""

    ids: Whole
    is_young: Flags
    is_barred: Flags


@dataclass(frozen=True, slots=True)
class Graph:
    """Who is friends with whom, both ways: a row holds a person's friends, strongest first."""

    starts: Whole
    friends: Places
    trades: npt.NDArray[np.int8]

    @property
    def people(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def rows(self) -> Places:
        """Return whose row each friend stands in."""
        return np.repeat(np.arange(self.people, dtype=np.int32), np.diff(self.starts))


def work_out(*, now: datetime, seeds: Sequence[int]) -> Found:
    """Put the weight of everybody it reaches into ``trust_next``, and say what was seen."""
    marks = [("", time.perf_counter())]
    people = _people(now)
    graph = _graph(people, now)
    marks.append(("read", time.perf_counter()))
    g, found = _walk(people, graph, seeds)
    marks.append(("walk", time.perf_counter()))
    e = _evidence(people, graph, g)
    marks.append(("evidence", time.perf_counter()))
    _write(people, g, e)
    marks.append(("write", time.perf_counter()))
    took = {name: at - before for (_, before), (name, at) in pairwise(marks)}
    return Found(**found, seconds=took)


def _copy(sql: str, parameters: Mapping[str, Any], row: np.dtype[np.void]) -> Any:
    """Return a query's rows, read from a file without a name that PostgreSQL wrote."""
    with tempfile.TemporaryFile() as file, connection.cursor() as cursor:
        query = cursor.mogrify(sql, parameters).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", file)
        file.flush()
        count = (os.fstat(file.fileno()).st_size - len(HEAD) - len(TAIL)) // row.itemsize
        if not count:
            return np.empty(0, row)
        return np.memmap(file, row, "r", offset=len(HEAD), shape=(count,))


def _people(now: datetime) -> People:
    rows = _copy(PEOPLE, moments(now), PERSON)
    return People(rows["id"].astype(np.int64), rows["is_young"].copy(), rows["is_barred"].copy())


def _graph(people: People, now: datetime) -> Graph:
    """Read the friendships of who is here, and keep the strongest of each."""
    rows = _copy(FRIENDS, moments(now), PAIR)
    count = len(people.ids)
    place = np.full(int(people.ids[-1]) + 1 if count else 1, -1, np.int32)
    place[people.ids] = np.arange(count, dtype=np.int32)
    low, high = _placed(place, rows["low"]), _placed(place, rows["high"])
    is_here = (low >= 0) & (high >= 0)
    # One number for each side of a friendship, so that sorting it sorts rows, then strength.
    a, b = low[is_here].astype(np.int64), high[is_here].astype(np.int64)
    rank = rules.TRADES_COUNTED - rows["trades"][is_here].astype(np.int64)
    sides = np.concatenate([_side(count, a, rank, b), _side(count, b, rank, a)])
    del rows, low, high, a, b, rank
    sides.sort()
    return _strongest(count, sides)


def _placed(place: Places, ids: Whole) -> Places:
    known = place[np.minimum(ids, len(place) - 1)]
    return np.where(ids < len(place), known, np.int32(-1)).astype(np.int32)


def _side(count: int, row: Whole, rank: Whole, friend: Whole | int) -> Whole:
    return (row * (rules.TRADES_COUNTED + 1) + rank) * count + friend


def _strongest(count: int, sides: Whole) -> Graph:
    """Drop what is beyond the strongest friends of either of two."""
    ranks = rules.TRADES_COUNTED + 1
    a_row = ranks * max(count, 1)
    starts = np.searchsorted(sides, np.arange(count + 1, dtype=np.int64) * a_row)
    sizes = np.diff(starts)
    for_long = np.flatnonzero(sizes > rules.STRONGEST_FRIENDS)
    if len(for_long):
        keep = np.ones(len(sides), np.bool_)
        for row in for_long:
            beyond = slice(starts[row] + rules.STRONGEST_FRIENDS, starts[row + 1])
            keep[beyond] = False
            rank, friend = np.divmod(sides[beyond] - row * a_row, count)
            keep[np.searchsorted(sides, _side(count, friend, rank, int(row)))] = False
        sides = sides[keep]
        starts = np.searchsorted(sides, np.arange(count + 1, dtype=np.int64) * a_row)
    within = sides % a_row
    trades = (rules.TRADES_COUNTED - within // max(count, 1)).astype(np.int8)
    return Graph(starts, (within % max(count, 1)).astype(np.int32), trades)


def _walk(people: People, graph: Graph, seeds: Sequence[int]) -> tuple[Floats, dict[str, Any]]:
    """Return how well the walk from the seeds reaches everybody, and what was seen on the way."""
    weights = 1 + rules.A_TRADE * graph.trades
    shape = (graph.people, graph.people)
    matrix = sparse.csr_matrix((weights, graph.friends, graph.starts), shape=shape)
    degrees: Floats = matrix @ np.ones(graph.people)
    has_friends = degrees > 0
    many = int(has_friends.sum())
    start = np.flatnonzero(np.isin(people.ids, np.asarray(seeds, np.int64)) & has_friends)
    steps = rules.steps(many)
    found: dict[str, Any] = {"people": many, "edges": len(graph.friends) // 2, "steps": steps}
    if not len(start):
        return np.zeros(graph.people), {**found, "median": None}
    inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=has_friends)
    reached = np.zeros(graph.people)
    reached[start] = 1 / len(start) * inverse[start]
    for _ in range(steps):
        reached = (matrix @ reached) * inverse
    middle = float(np.median(reached[has_friends]))
    found["median"] = middle * float(degrees.sum())
    if not middle > 0:
        return np.zeros(graph.people), found
    g: Floats = np.round(np.clip(reached / middle, 0, 1), rules.PLACES).astype(np.float64)
    g[g < rules.TOO_FAINT] = 0
    return g, found


def _evidence(people: People, graph: Graph, g: Floats) -> Floats:
    """Return what everybody's well-reached friends bear out."""
    rows = graph.rows()
    is_good = (g >= rules.WELL_REACHED)[graph.friends]
    rows, friends = rows[is_good], graph.friends[is_good]
    counts = np.bincount(rows, minlength=graph.people)
    # The strongest few of each, one column each; where there are fewer, -1.
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_near = nth < rules.FRIENDS_GROUPED
    near = np.full((graph.people, rules.FRIENDS_GROUPED), -1, np.int64)
    near[rows[is_near], nth[is_near]] = friends[is_near]
    del rows, friends, nth, is_near, is_good
    is_one_group = _in_one_group(graph, near)
    counts = np.where(is_one_group, np.minimum(counts, 1), counts)
    counts = np.where(people.is_young, np.minimum(counts, ~is_one_group), counts)
    e = np.minimum(1, counts / rules.FRIENDS_NEEDED)
    e = np.where(people.is_young, e * rules.YOUNG_FACTOR, e)
    return np.where(people.is_barred, 0.0, e)


def _in_one_group(graph: Graph, near: Whole) -> Flags:
    """Whether the strongest friend of each is tied to all the others, directly or through them."""
    columns = near.shape[1]
    several = np.flatnonzero(near[:, 1] >= 0)
    near = near[several]
    pairs = _pairs(graph)
    tied = {
        (one, other): _are_friends(pairs, graph.people, near[:, one], near[:, other])
        for one in range(columns)
        for other in range(one + 1, columns)
    }
    tied |= {(other, one): flags for (one, other), flags in tied.items()}
    is_met = np.zeros(near.shape, np.bool_)
    is_met[:, 0] = True
    for _ in range(columns - 1):  # the longest chain among so few
        for one, other in permutations(range(columns), 2):
            is_met[:, other] |= is_met[:, one] & tied[one, other]
    together = np.ones(graph.people, np.bool_)
    together[several] = np.all(is_met | (near < 0), axis=1)
    return together


def _pairs(graph: Graph) -> Whole:
    """Return every friendship once, as one number, sorted."""
    rows, friends = graph.rows(), graph.friends
    is_once = rows < friends
    pairs: Whole = rows[is_once].astype(np.int64) * graph.people + friends[is_once]
    pairs.sort()
    return pairs


def _are_friends(pairs: Whole, count: int, a: Whole, b: Whole) -> Flags:
    wanted = np.where((a < 0) | (b < 0), -1, np.minimum(a, b) * count + np.maximum(a, b))
    order = np.argsort(wanted)  # in order, so that each search begins where memory is warm
    found = np.empty(len(wanted), np.bool_)
    sought = wanted[order]
    at = np.minimum(np.searchsorted(pairs, sought), max(len(pairs) - 1, 0))
    found[order] = pairs[at] == sought
    return found


def _write(people: People, g: Floats, e: Floats) -> None:
    """Put who was reached into ``trust_next``."""
    chosen = np.flatnonzero(g > 0)
    rows = np.zeros(len(chosen), WEIGHT)
    rows["fields"] = 4
    for name, column in {"id": people.ids, "g": g, "e": e, "t": g * e}.items():
        rows[name] = column[chosen]
        rows[f"length_of_{name}"] = 8
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY trust_next (person_id, g, e, t) FROM STDIN (FORMAT binary)",
            io.BytesIO(HEAD + rows.tobytes() + TAIL),
        )
