"""Looking before payouts: whoever the rules doubt keeps their money, until a person has looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction

from kit import clock
from kit.locks import locked, one_at_a_time
from ledger.balances import accounts_with_at_least
from payments import holds
from payments.models import PayoutHold
from people.models import Person
from referrals import evidence, fraud
from referrals.facts import Facts, PersonFacts
from referrals.findings import finding_of
from referrals.fraud import Found
from referrals.models import Finding, Review, Stage, Verdict

CHUNK = 500

# Both sides of bought custom are held: the sharer's commissions wait by the sale's own
# review, and the shop's owner, who would be paid for the same sales, by this.
BOTH_SIDES = "F14"


def look(now: datetime) -> int:
    """Hold the payouts of sharers, and of shops' owners, whom the rules doubt.

    Asked every few minutes about everybody with enough to be paid, so that payday finds the
    holds standing. Payments knows nothing of sales; it only knows the holds.

    Returns:
        How many people's payouts wait from now on.
    """
    waiting = _waiting_ids()
    doubted = [*_doubted_sharers(waiting), *_doubted_owners(waiting, now)]
    return sum(_hold(person, found) for person, found in doubted)


def _doubted_sharers(waiting: set[int]) -> Iterator[tuple[PersonFacts, list[Found]]]:
    rich = accounts_with_at_least(kinds=("sharer",), minor=settings.PAYOUT_MINIMUM_MINOR)
    ids = sorted({int(code.split(":")[1]) for code, _currency, _minor in rich} - waiting)
    for start in range(0, len(ids), CHUNK):
        for person in evidence.of_people(ids[start : start + CHUNK]):
            judgement = fraud.judge(Facts(person=person), stage=Stage.PAYOUT)
            if judgement.verdict != Verdict.OK:
                yield person, list(judgement.found)


def _doubted_owners(waiting: set[int], now: datetime) -> Iterator[tuple[PersonFacts, list[Found]]]:
    forgiven = Review.objects.filter(
        state=Review.State.LET_GO,
        decided_at__gt=now - fraud.RECENT,
        attribution=None,
        findings__rule=BOTH_SIDES,
    )
    seen = Finding.objects.filter(
        rule=BOTH_SIDES, review__state=Review.State.OPEN, attribution__isnull=False
    ).exclude(attribution__shop__owner__in=forgiven.values("person"))
    seen_of = {
        owner_id: Found(fraud.BY_NAME[BOTH_SIDES], score, figures)
        for owner_id, score, figures in seen.values_list(
            "attribution__shop__owner_id", "score", "evidence"
        )
    }
    for owner_id in sorted(seen_of.keys() - waiting):
        yield PersonFacts(person_id=owner_id), [seen_of[owner_id]]


def _waiting_ids() -> set[int]:
    """Return whose payouts a review keeps: those whose hold was lifted go on meanwhile."""
    reviews = Review.objects.filter(state=Review.State.OPEN, attribution=None)
    held = reviews.filter(payout_hold__lifted_at=None)
    return set(held.values_list("person_id", flat=True))


@transaction.atomic
def _hold(person: PersonFacts, found: list[Found]) -> bool:
    one_at_a_time(f"payout-review:{person.person_id}")
    review = _open_review_of(person)
    fresh = _unsaid(review, found)
    if not fresh:
        return False  # another look was faster, or somebody lifted a hold for the same
    hold = holds.place(
        person=Person.objects.get(pk=person.person_id), reason=PayoutHold.Reason.SUSPICION
    )
    if review is None:
        review = Review(person_id=person.person_id, opened_at=clock.now())
    review.payout_hold = hold
    review.save()
    facts = Facts(person=person)
    Finding.objects.bulk_create(
        finding_of(one, Verdict.HOLD, Stage.PAYOUT, facts, review) for one in fresh
    )
    return True


def _open_review_of(person: PersonFacts) -> Review | None:
    mine = Review.objects.open().filter(person=person.person_id, attribution=None)
    return next(iter(locked(mine)), None)


def _unsaid(review: Review | None, found: list[Found]) -> list[Found]:
    """Return what this review does not say yet, or said so long ago that it is asked again."""
    if review is None:
        return found
    if review.payout_hold is not None and review.payout_hold.lifted_at is None:
        return []
    lately = review.findings.filter(at__gt=clock.now() - fraud.RECENT)
    said = set(lately.values_list("rule", "score"))
    return [one for one in found if (one.rule.name, one.score) not in said]
