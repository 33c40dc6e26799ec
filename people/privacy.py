"""Who may see what a person buys and says, and what a new purchase or word starts from.

Each purchase and each endorsement keeps an ``Audience`` of its own (``me``, ``friends``,
``everyone``); a person's ``purchases_seen_by`` and ``words_seen_by`` are what a new one
starts from. Whether somebody is named to friends of friends is theirs alone to say.
"""

from __future__ import annotations

from people.models import Audience, Person

__all__ = ["Audience", "set_privacy"]


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
