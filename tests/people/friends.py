"""Making friends in one step, and what must never be between two people."""

from kit.invariants import check
from people.friendships import (
    accept,
    ask,
)
from people.invariants import INVARIANTS
from people.models import Friendship, Person


def befriend(a: Person, b: Person) -> Friendship:
    return accept(request_id=ask(sender=a, receiver=b).pk, receiver=b)


def breaches() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]
