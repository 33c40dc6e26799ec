"""What the tests of clicks ask of the stream, and how they put things into it."""

from __future__ import annotations

from typing import Any

from kit import clock
from referrals import click_ids, clicks, stream
from referrals.models import Click, ClickHour
from referrals.storing import Opening


def note(link, *, kind=Click.Kind.HUMAN, at=None, visitor="v", channel=""):
    return clicks.note(
        link_id=link.pk, kind=kind, visitor=visitor, at=at or clock.now(), channel=channel
    )


def opening(link, at, *, kind="human", visitor="v", channel="", click_id=None) -> Opening:
    return Opening(click_id or click_ids.new_at(at), link.pk, at, kind, visitor, channel)


def hours():
    return list(ClickHour.objects.order_by("hour", "channel").values_list("humans", "others"))


def pending() -> int:
    return int(stream.client().xpending(stream.key(), stream.GROUP)["pending"])


def entry(link, at, **other: Any) -> dict[str, Any]:
    """Return one entry as a page puts it into the stream."""
    milliseconds = click_ids.milliseconds(at)
    return {
        "i": click_ids.new_at(at).bytes,
        "l": link.pk,
        "t": milliseconds,
        "k": "human",
        "v": "",
        "c": "",
    } | other


def add_raw(**fields: Any) -> None:
    stream.client().execute_command("XADD", stream.key(), "*", *sum(fields.items(), ()))
