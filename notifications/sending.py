"""Sending: every waiting letter leaves the house, late rather than never.

An attempt is written down before it begins: it moves ``due_at`` on, so that no second
worker takes the letter meanwhile, and a worker that dies leaves it due again. A worker
killed after the carrier took a letter and before that was recorded sends that one letter
a second time; carriers know no keys, so it cannot be told apart from one that never left.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation

from kit import clock
from kit.sweeping import one_by_one
from notifications.kinds import kind_of, sentence_of
from notifications.models import Letter
from notifications.senders import email, sms

log = logging.getLogger(__name__)

# Waits of 0.5, 1, 2 … 32 minutes: a mail server restarts in one, and is mended in an
# hour, or the news is stale and stands in the inbox anyway.
FIRST_WAIT: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 8


def send_waiting(*, most: int = 200) -> int:
    """Send up to ``most`` due letters by each channel; return how many left the house.

    A letter that cannot be written or is refused holds up no other. Where a carrier refuses
    three in a row it is away: its other letters wait for the next sweep, and so lose no
    attempt and cost no worker the time that three have cost.
    """
    return sum(_send_by(channel, most=most) for channel in Letter.Channel)


def _send_by(channel: Letter.Channel, *, most: int) -> int:
    claimed = _claimed(channel, most=most)
    return len(one_by_one(lambda letter: send(letter=letter), claimed, away=OSError))


def _claimed(channel: Letter.Channel, *, most: int) -> Iterator[Letter]:
    for _turn in range(most):
        letter = claim(channel=channel)
        if letter is None:
            return
        yield letter


@transaction.atomic
def claim(*, channel: str) -> Letter | None:
    """Take the letter of this channel that is longest due and count an attempt, or find none.

    Letters that another worker holds are passed over.
    """
    _give_up()
    due = Letter.objects.due(now=clock.now()).filter(channel=channel)
    letter = due.select_for_update(skip_locked=True).first()
    if letter is not None:
        letter.due_at = clock.now() + FIRST_WAIT * 2**letter.attempts
        letter.attempts += 1
        letter.save(update_fields=["due_at", "attempts"])
    return letter


def send(*, letter: Letter) -> None:
    """Hand one claimed letter to its carrier.

    Raises:
        OSError: the carrier is away or refused it; the letter is due again later.
    """
    try:
        _hand_over(letter)
    except OSError as refused:
        # What the carrier said is left out: it quotes the address.
        log.warning("%s, attempt %s: %s", letter, letter.attempts, type(refused).__name__)
        raise
    Letter.objects.filter(pk=letter.pk).update(sent_at=clock.now())


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
