"""A circle in one step, and who is in it."""

from __future__ import annotations

from typing import Any

from kit.invariants import check
from people.circle_places import join
from people.circles import open_circle
from people.invariants import INVARIANTS
from people.models import Circle, CircleMember, Person


def circle_of(host: Person, *others: Person, name: str = "晨跑团", **facts: Any) -> Circle:
    said: dict[str, Any] = {"words": "", "seen_by": "members", "may_ask": True, **facts}
    circle = open_circle(host=host, name=name, **said)
    for person in others:
        join(circle=circle, code=circle.invite_code, person=person)
    return circle


def in_it(circle: Circle) -> set[Person]:
    places = CircleMember.objects.filter(circle=circle, state="member").select_related("person")
    return {place.person for place in places}


def state_of(circle: Circle, person: Person) -> str:
    return CircleMember.objects.get(circle=circle, person=person).state


def breaches() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]
