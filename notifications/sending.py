"""Sending: every waiting letter leaves the house, late rather than never.

An attempt is written down before it begins: it moves ``due_at`` on, so that no second
worker takes the letter meanwhile, and a worker that dies leaves it due again. A worker
killed after the carrier took a letter and before that was recorded sends that one letter
a second time; carriers know no keys, so it cannot be told apart from one that never left.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation

from kit import clock
from notifications.kinds import kind_of, sentence_of
from notifications.models import Letter
from notifications.senders import email, sms

log = logging.getLogger(__name__)

# Waits of 0.5, 1, 2 … 32 minutes: a mail server restarts in one, and is mended in an
# hour, or the news is stale and stands in the inbox anyway.
FIRST_WAIT: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 8


def send_waiting(*, most: int = 200) -> int:
    """Send up to ``most`` letters that are due; return how many left the house."""
    sent = 0
    for _turn in range(most):
        letter = claim()
        if letter is None:
            break
        sent += send(letter=letter)
    return sent


@transaction.atomic
def claim() -> Letter | None:
    """Take the letter that is longest due and count an attempt, or find none.

    Letters that another worker holds are passed over.
    """
    _give_up()
    due = Letter.objects.due(now=clock.now()).select_for_update(skip_locked=True)
    letter = due.first()
    if letter is not None:
        letter.due_at = clock.now() + FIRST_WAIT * 2**letter.attempts
        letter.attempts += 1
        letter.save(update_fields=["due_at", "attempts"])
    return letter


def send(*, letter: Letter) -> bool:
    """Hand one claimed letter to its carrier; return whether it was taken."""
    try:
        _hand_over(letter)
    except OSError as refused:
        log.warning("letter %s, attempt %s: %r", letter.pk, letter.attempts, refused)
        return False
    Letter.objects.filter(pk=letter.pk).update(sent_at=clock.now())
    return True


def _give_up() -> None:
    spent = Letter.objects.due(now=clock.now()).filter(attempts__gte=MOST_ATTEMPTS)
    spent.update(given_up_at=clock.now())


def _hand_over(letter: Letter) -> None:
    with translation.override(letter.language):
        title, sentence = str(kind_of(letter.kind).title), sentence_of(letter.kind, letter.data)
        if letter.channel == Letter.Channel.EMAIL:
            email.send(address=letter.address, title=title, sentence=sentence, path=letter.path)
            return
        link = f"{settings.BASE_URL}{letter.path}" if letter.path else ""
        sms.send(phone=letter.address, words=" ".join(filter(None, [sentence or title, link])))
