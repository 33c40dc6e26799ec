"""Who may see what a person buys and says, and what a new purchase or word starts from.

Each purchase and each endorsement keeps an ``Audience`` of its own (``me``, ``friends``,
``everyone``); a person's ``purchases_seen_by`` and ``words_seen_by`` are what a new one
starts from. Whether somebody is named to friends of friends is theirs alone to say.
"""

from __future__ import annotations

from typing import Any, Protocol

from people.models import Audience, Person

__all__ = ["Audience", "personalised", "set_personalised", "set_privacy"]


class Asking(Protocol):
    """A request, as far as this module looks at it."""

    @property
    def user(self) -> Any: ...


def personalised(request: Asking) -> bool:
    """Whether what this page shows may depend on who asks for it.

    A stranger's never does; a signed-in person switches it off on ``/about/trust``.
    """
    return bool(request.user.is_authenticated and request.user.personalised)


def set_personalised(*, person: Person, wanted: bool) -> None:
    """Say whether pages may put first what this person's friends stand for."""
    person.personalised = wanted
    person.save(update_fields=["personalised"])


def set_privacy(
    *,
    person: Person,
    purchases_seen_by: str,
    words_seen_by: str,
    named_to_friends_of_friends: bool,
) -> Person:
    """Say what new purchases and words start from, and whether friends of friends get a name.

    What was bought and said before keeps what it has; a taken-back consent counts at once.
    """
    person.purchases_seen_by = purchases_seen_by
    person.words_seen_by = words_seen_by
    person.named_to_friends_of_friends = named_to_friends_of_friends
    person.save(update_fields=["purchases_seen_by", "words_seen_by", "named_to_friends_of_friends"])
    return person
