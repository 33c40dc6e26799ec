"""Who the nightly walk starts from: proposed by one of the staff, approved by another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from audit.recording import record
from kit import clock
from kit.states import Moves, move
from people import trust_graph
from people.models import Person, TrustSeed

S = TrustSeed.State

# A row may become <key> only from one of <values>.
MAY_BECOME: Final[Moves] = {
    S.SEED: frozenset({S.PROPOSED, S.LEAVING}),
    S.LEAVING: frozenset({S.SEED}),
    S.GONE: frozenset({S.PROPOSED, S.LEAVING}),
}

# What a seed must have: half a year here, and trades with several people who are not one.
LEAST_AGE = timedelta(days=180)
LEAST_TRADES, LEAST_PARTNERS = 5, 3

STANDING = """
SELECT p.id, p.joined_at <= %(since)s, count(DISTINCT t.order_key), count(DISTINCT t.partner)
FROM people_person p LEFT JOIN LATERAL (
  SELECT order_key, high_id AS partner FROM people_trade
  WHERE low_id = p.id AND returned_at IS NULL
  UNION ALL
  SELECT order_key, low_id FROM people_trade WHERE high_id = p.id AND returned_at IS NULL
) t ON true
WHERE p.id = ANY(%(people)s) AND p.is_active GROUP BY p.id
"""


class NotFit(Exception):
    """They are not here long enough, trade too little, or sign in without a passkey."""


class SeedBefore(Exception):
    """They are a seed already, or proposed as one; nothing was written."""


class SamePerson(Exception):
    """It takes somebody else than who proposed or asked, and than the seed; nothing was written."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """What this room knows of somebody who may become a seed."""

    is_old_enough: bool
    trades: int
    partners: int
    has_passkey: bool

    @property
    def is_fit(self) -> bool:
        """Whether all of it is enough; whether they were paid out, a person looks up."""
        trades = self.trades >= LEAST_TRADES and self.partners >= LEAST_PARTNERS
        return self.is_old_enough and trades and self.has_passkey


def fitness(person_ids: Collection[int]) -> Mapping[int, Fitness]:
    """Return what is known of these people, by id; who is gone has no entry; two questions."""
    protected = set(
        Authenticator.objects.filter(
            user_id__in=person_ids, type=Authenticator.Type.WEBAUTHN
        ).values_list("user_id", flat=True)
    )
    asked: dict[str, Any] = {"people": list(person_ids), "since": clock.now() - LEAST_AGE}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, asked)
        return {
            pk: Fitness(is_old, trades, partners, pk in protected)
            for pk, is_old, trades, partners in cursor.fetchall()
        }


@transaction.atomic
def propose(*, person: Person, by: Person) -> TrustSeed:
    """Propose that the walk may start from somebody.

    Raises:
        SamePerson: nobody proposes themselves.
        NotFit: as it says.
        SeedBefore: as it says.
    """
    if person.pk == by.pk:
        raise SamePerson
    known = fitness([person.pk]).get(person.pk)
    if known is None or not known.is_fit:
        raise NotFit(person.pk)
    try:
        with transaction.atomic():
            seed = TrustSeed.objects.create(person=person, proposed_by=by)
    except IntegrityError as fact:
        raise SeedBefore(person.pk) from fact
    _record(seed, by, "trust_seed.proposed")
    return seed


def approve(*, seed: TrustSeed, by: Person) -> TrustSeed:
    """Let the walk start from them, from the next run on.

    Raises:
        SamePerson: as it says.
        TransitionRefused: it does not wait for approval any more.
    """
    _someone_else(by, seed.proposed_by_id, seed.person_id)
    now = {"approved_by": by, "approved_at": clock.now()}
    return _moved(seed, S.SEED, by, "trust_seed.approved", come_from=S.PROPOSED, **now)


def refuse(*, seed: TrustSeed, by: Person) -> TrustSeed:
    """Drop a proposal; who made it may do so too.

    Raises:
        TransitionRefused: it is a seed by now, or gone.
    """
    now = {"gone_by": by, "gone_at": clock.now()}
    return _moved(seed, S.GONE, by, "trust_seed.refused", come_from=S.PROPOSED, **now)


def ask_away(*, seed: TrustSeed, by: Person) -> TrustSeed:
    """Ask that a seed is taken away; until another one agrees the walk starts from it.

    Raises:
        TransitionRefused: it is no seed, or somebody has asked before.
    """
    return _moved(seed, S.LEAVING, by, "trust_seed.asked_away", leave_asked_by=by)


def take_away(*, seed: TrustSeed, by: Person) -> TrustSeed:
    """Agree that a seed goes: the next run does not start from it.

    Raises:
        SamePerson: as it says.
        TransitionRefused: nobody has asked for it, or it is gone.
    """
    _someone_else(by, seed.leave_asked_by_id, seed.person_id)
    now = {"gone_by": by, "gone_at": clock.now()}
    return _moved(seed, S.GONE, by, "trust_seed.taken_away", come_from=S.LEAVING, **now)


def keep(*, seed: TrustSeed, by: Person) -> TrustSeed:
    """Let a seed stay that somebody asked away; who asked may take that back.

    Raises:
        SamePerson: nobody keeps themselves a seed; nothing was written.
        TransitionRefused: nobody has asked for it, or it is gone.
    """
    _someone_else(by, seed.person_id)
    return _moved(seed, S.SEED, by, "trust_seed.kept", come_from=S.LEAVING, leave_asked_by=None)


def there_are() -> QuerySet[TrustSeed]:
    """Return proposals and seeds, what waits for somebody first."""
    rows = TrustSeed.objects.exclude(state=S.GONE).select_related(
        "person", "proposed_by", "approved_by", "leave_asked_by"
    )
    return rows.order_by("state", "-pk")


def starting() -> list[int]:
    """Return who the next run starts from, by id."""
    return trust_graph.seed_ids()


def _someone_else(by: Person, *others: int | None) -> None:
    if by.pk in others:
        raise SamePerson


@transaction.atomic
def _moved(
    seed: TrustSeed, to: str, by: Person, act: str, *, come_from: str = "", **also: Any
) -> TrustSeed:
    table = {**MAY_BECOME, to: frozenset({come_from})} if come_from else MAY_BECOME
    move(seed, to=to, table=table, **also)
    _record(seed, by, act)
    return seed


def _record(seed: TrustSeed, by: Person, act: str) -> None:
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"trust_seed:{seed.pk}",
        after={"person": seed.person_id, "state": seed.state},
    )
