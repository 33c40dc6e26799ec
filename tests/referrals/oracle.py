"""Who brings an order, told a second time: forty lines without a database to compare with.

Nothing here may be imported from the code it judges; numbers stand for people, links and
minutes. Person ``b`` buys; a link bears the number of the person who made it.
"""

from __future__ import annotations

from typing import NamedTuple

MONTH, LATE = 30 * 24 * 60, 1


class Click(NamedTuple):
    """Somebody at ``device`` opened the link of person ``link``."""

    at: int
    number: int
    device: int
    link: int
    kind: str = "human"


class Login(NamedTuple):
    """A person signed in at a device."""

    at: int
    device: int
    person: int


class Order(NamedTuple):
    """Somebody, or a guest (None), orders at a device; the rest is how the world is by then."""

    at: int
    device: int
    buyer: int | None
    window: int
    staff: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()  # by the buyer, whoever that is
    removed: frozenset[int] = frozenset()
    ended: dict[int, int] = {}  # a link and when it ends


def verdicts(history: list[Click | Login], order: Order) -> dict[int, str]:
    """Return of each click that was considered what became of it."""
    browsers: dict[int, dict[int, Click]] = {}
    claimed: dict[int, int | None] = {}
    seen: dict[int, Click] = {}
    for event in sorted(history, key=lambda event: event.at):
        browser = browsers.setdefault(event.device, {})
        if isinstance(event, Click):
            browser[event.link] = seen[event.number] = event
        else:
            for click in browser.values():
                if event.at - click.at < MONTH:
                    claimed.setdefault(click.number, event.person)
    here = browsers.get(order.device, {}).values()
    mine = {click.number for click in here if order.at - click.at < MONTH}
    if order.buyer is not None:
        mine |= {number for number, person in claimed.items() if person == order.buyer}
    candidates = [seen[number] for number in mine]
    candidates.sort(key=lambda click: (click.kind != "suspect", click.at, click.number))
    found, taken = {}, None
    for click in reversed(candidates):
        found[click.number] = why = refusal(click, order)
        if not why:
            is_first = taken is None
            taken = taken or click
            in_doubt = click.kind == "suspect" and taken.kind != "suspect"
            found[click.number] = "taken" if is_first else "in doubt" if in_doubt else "older"
    return found


def refusal(click: Click, order: Order) -> str:
    """Return the rule that keeps a click from earning, or nothing."""
    tests = {
        "after the order": click.at > order.at + LATE,
        "outside the window": order.at - click.at > order.window,
        "not a person": click.kind == "bot",
        "link ended": order.ended.get(click.link, click.at + 1) <= click.at,
        "own purchase": click.link == order.buyer,
        "own shop": click.link in order.staff,
        "sharer inactive": click.link in order.closed,
        "blocked": order.buyer is not None and click.link in order.blocked,
        "not in programme": click.link in order.removed,
    }
    return next((rule for rule, holds in tests.items() if holds), "")
