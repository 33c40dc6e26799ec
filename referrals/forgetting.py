"""Forgetting: a person and the clicks that led them are told apart again, for good."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from people.models import Person
from referrals import claiming, storing
from referrals.models import Candidate, ClaimedTouch, Click
from referrals.storing import Opening

# The hours first and in the order of drains, as whoever counts visitors locks them.
HOURS = """
SELECT FROM referrals_clickhour WHERE (link_id, hour, channel) IN (
  SELECT link_id, date_trunc('hour', at, 'UTC'), channel FROM referrals_click
  WHERE id = ANY(%s::uuid[]) AND kind = 'human' AND visitor <> '')
ORDER BY link_id, hour, channel FOR NO KEY UPDATE
"""
BLANK = """
WITH blank AS (
  UPDATE referrals_click SET visitor = '' WHERE id = ANY(%s::uuid[]) AND visitor <> ''
  RETURNING link_id, date_trunc('hour', at, 'UTC') AS hour, channel, kind
), uncounted AS (
  UPDATE referrals_clickhour kept SET awaits_visitors = true FROM blank
  WHERE (kept.link_id, kept.hour, kept.channel) = (blank.link_id, blank.hour, blank.channel)
    AND blank.kind = 'human'
)
SELECT count(*) FROM blank
"""


def forget(*, person: Person, order_keys: Collection[str]) -> int:
    """Cut what ties a person to clicks; return how many clicks they were tied to.

    What an order was decided by stands, as sharers' money does: an attribution and its
    candidates name links, moments and the order, and only ever grow. But no account claims
    those clicks any more, and none of them keeps the hash that would tie it to others of the
    same browser. Safe to run twice.

    Args:
        person: whose clicks; as a sharer, the visits to their own links.
        order_keys: all that they ordered; this floor knows no orders.
    """
    ids = _ids_of(person, order_keys)
    # First, and without a visitor: what the stream, the spool or a journal still brings of
    # these clicks finds them there, and is not stored any more.
    storing.store([_opening(row) for row in ClaimedTouch.objects.filter(person=person)])
    with transaction.atomic():
        _blank(ids)
        claiming.forget_person(person)
    return len(ids)


def _blank(ids: Collection[UUID]) -> None:
    wanted = [sorted(map(str, ids))]
    with connection.cursor() as cursor:
        cursor.execute(HOURS, wanted)
        cursor.execute(BLANK, wanted)


def _ids_of(person: Person, order_keys: Collection[str]) -> set[UUID]:
    """Return the clicks that are known to be theirs: claimed, judged, or on their own links."""
    ids = set(ClaimedTouch.objects.filter(person=person).values_list("click_id", flat=True))
    judged = Candidate.objects.filter(order_key__in=order_keys)
    ids |= set(judged.values_list("click_id", flat=True))
    own = Click.objects.filter(link__person=person, kind=Click.Kind.SELF).exclude(visitor="")
    return ids | set(own.values_list("pk", flat=True))


def _opening(row: ClaimedTouch) -> Opening:
    kind = Click.Kind.SUSPECT if row.is_doubtful else Click.Kind.HUMAN
    return Opening(row.click_id, row.link_id, row.at, kind.value, channel=row.channel)
