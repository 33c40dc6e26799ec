"""Asking friends or a circle for what was not found, and answering."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from catalog import screening
from catalog.models import Product
from discovery.models import Answer, Question
from kit import clock
from kit.locks import one_at_a_time
from notifications.telling import News, tell, tell_many
from people import trust
from people.models import Circle, Person

# Who has more to ask in a day talks to them; and nobody's question fills a thousand inboxes.
MOST_A_DAY = 10
MOST_TOLD = 200
A_DAY = timedelta(days=1)

# Of a large circle who joined first.
MEMBERS = """
SELECT m.person_id FROM people_circlemember m JOIN people_person w ON w.id = m.person_id
WHERE m.circle_id = %(circle)s AND m.state = 'member' AND w.is_active
  AND m.person_id <> %(asker)s AND m.person_id <> ALL(%(blocked)s)
ORDER BY m.since, m.id LIMIT %(most)s
"""


class NobodyToAsk(Exception):
    """The asker has no friends yet, or is not in this circle."""


class AskedTooMuch(Exception):
    """Ten questions in a day are enough."""


class NotLikeThis(Exception):
    """A rule sees ``args[0]`` in the words; nothing was written."""


class Over(Exception):
    """The question was closed."""


class OwnQuestion(Exception):
    """Nobody answers themselves."""


@transaction.atomic
def ask(*, asker: Person, words: str, circle: Circle | None = None) -> Question:
    """Put a question to one's friends, or to a circle one is in; those asked are told.

    Asking the same again while it is open gives the question there is.

    Raises:
        NobodyToAsk, AskedTooMuch, NotLikeThis: nothing was written.
    """
    _judge(words)
    one_at_a_time(f"asks:{asker.pk}")
    mine = Question.objects.filter(asker=asker)
    already = mine.filter(words=words, circle=circle, closed_at=None).first()
    if already is not None:
        return already
    asked = _asked(asker, circle)
    if not asked:
        raise NobodyToAsk
    if mine.filter(asked_at__gt=clock.now() - A_DAY).count() >= MOST_A_DAY:
        raise AskedTooMuch
    question = Question.objects.create(asker=asker, words=words, circle=circle)
    tell_many(
        [
            News(
                person_id=person_id,
                kind="question_asked",
                key=f"question:{question.pk}",
                data={"person": asker.name, "words": words},
                path=f"/friends/questions/{question.public_id}",
            )
            for person_id in asked
        ]
    )
    return question


def _judge(words: str) -> None:
    finding = screening.judge_words(words)
    if finding is not None:
        raise NotLikeThis(finding.matched)


def _asked(asker: Person, circle: Circle | None) -> list[int]:
    """Return who is told of a question, at most two hundred."""
    if circle is None:
        return sorted(trust.friend_ids(asker.pk))[:MOST_TOLD]
    if not Circle.objects.open().joined_by(asker.pk).filter(pk=circle.pk).exists():
        return []
    parameters: dict[str, Any] = {
        "circle": circle.pk,
        "asker": asker.pk,
        "blocked": sorted(trust.blocked_ids(asker.pk)),
        "most": MOST_TOLD,
    }
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, parameters)
        return [person_id for (person_id,) in cursor.fetchall()]


@transaction.atomic
def answer(
    *, question: Question, person: Person, words: str = "", product: Product | None = None
) -> Answer:
    """Answer a question, in words, with a product on sale, or both; again replaces it.

    The asker is told of the first wording.

    Raises:
        Question.DoesNotExist: it was not put to this person.
        OwnQuestion, Over, NotLikeThis: nothing was written.
    """
    _judge(words)
    if question.asker_id == person.pk:
        raise OwnQuestion
    seen = Question.objects.seen_by(person).select_for_update(of=("self",)).get(pk=question.pk)
    if seen.closed_at is not None:
        raise Over
    made, _new = Answer.objects.update_or_create(
        question=seen,
        person=person,
        defaults={"words": words, "product": product, "answered_at": clock.now()},
    )
    tell(
        person_id=seen.asker_id,
        kind="question_answered",
        key=f"answer:{made.pk}",
        data={"person": person.name, "words": seen.words},
        path=f"/friends/questions/{seen.public_id}",
    )
    return made


def close(*, question: Question, by: Person) -> bool:
    """Close one's own question: nobody answers it any more; whether this call did it."""
    mine = Question.objects.filter(pk=question.pk, asker=by, closed_at=None)
    return bool(mine.update(closed_at=clock.now()))


def answers_counted(viewer: Person) -> Count:
    """Return how many answers of a question ``answers_seen`` shows this viewer, to annotate."""
    readable = Q(circle__isnull=False) | Q(asker=viewer) | Q(answers__person=viewer)
    here = Q(answers__person__is_active=True)
    apart = Q(answers__person__in=trust.blocked_ids(viewer.pk))
    return Count("answers", filter=readable & here & ~apart)


def answers_seen(question: Question, viewer: Person) -> list[Answer]:
    """Return the answers a viewer may read, the oldest first, with people and products.

    A circle reads them all; of friends, the asker alone, and each answerer their own, for
    the asker's friends need not know each other. People blocked, either way, are left out.
    """
    said = question.answers.filter(person__is_active=True)
    if question.circle_id is None and question.asker_id != viewer.pk:
        said = said.filter(person=viewer)
    said = said.exclude(person_id__in=trust.blocked_ids(viewer.pk))
    return list(said.select_related("person", "product").order_by("answered_at", "pk")[:MOST_TOLD])
