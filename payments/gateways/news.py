"""What a provider says of its own accord: read with care, and only where to look is taken from it.

Each provider's module has a ``news`` that takes a request's raw body and its headers and
returns what it tells, or raises ``NotNews``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from kit import clock

SIGNATURE_TOLERANCE_SECONDS = 300

# The inbox's columns.
LONGEST_ID, LONGEST_KIND, LONGEST_REFERENCE = 80, 40, 80

Headers = Mapping[str, str]


class NotNews(Exception):
    """It is forged, too old, or no event: nothing of it may be believed or kept."""


@dataclass(frozen=True, slots=True)
class News:
    """One event of a provider, known to be its own words.

    ``kind`` begins with what it is about (``payout.``); ``reference`` is ours, and empty where
    it speaks of nothing we asked for.
    """

    event_id: str
    kind: str
    reference: str
    payload: dict[str, Any]


def payout_news(*, event_id: object, kind: object, reference: object, payload: Any) -> News:
    """Return an event about payouts, however the provider calls it.

    What is longer than any reference of ours is about nothing of ours. A kind that is too
    long is cut: it is for people to read, and to refuse it would have it sent for days.

    Raises:
        NotNews: it has no id or no kind.
    """
    is_named = isinstance(event_id, str) and 0 < len(event_id) <= LONGEST_ID
    if not is_named or not isinstance(kind, str) or not kind:
        raise NotNews
    is_ours = isinstance(reference, str) and len(reference) <= LONGEST_REFERENCE
    return News(
        str(event_id), f"payout.{kind}"[:LONGEST_KIND], str(reference) if is_ours else "", payload
    )


def object_in(body: bytes) -> dict[str, Any]:
    """Return the JSON object that ``body`` holds.

    Raises:
        NotNews: it holds none, or a number that no column can keep.
    """
    try:
        found = json.loads(body.decode(), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as broken:
        raise NotNews from broken
    if not isinstance(found, dict):
        raise NotNews
    return found


def is_recent(moment: str) -> bool:
    """Say whether a timestamp, in seconds as text, is within five minutes of now."""
    # Twelve digits reach past any date; more would only be work.
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        return False
    return abs(clock.now().timestamp() - int(moment)) <= SIGNATURE_TOLERANCE_SECONDS


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)  # 1e400 is JSON, and no column holds it
    return number
