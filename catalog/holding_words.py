"""Holding words back: which endorsements wait for a moderator, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from audit import recording
from catalog import bodies, item_scores, screening, versions
from catalog.models import Endorsement, WordsHold
from catalog.screening import Finding
from kit import clock
from kit.locks import locked
from kit.states import Moves, TransitionRefused, move
from notifications.telling import News, tell, tell_many
from people.models import Person, StaffRole

Cause, State, HELD = WordsHold.Cause, WordsHold.State, Endorsement.Visibility.HELD

# A wait may become <key> only from one of <values>.
MAY_BECOME: Moves = {
    State.APPROVED: frozenset({State.WAITING}),
    State.RETURNED: frozenset({State.WAITING}),
    State.DROPPED: frozenset({State.WAITING}),
}

# Of one product. The busiest street does not receive two hundred parcels of one thing and
# write about all of them within an hour; whoever pays for words does.
BURST_WINDOW = timedelta(hours=1)
MOST_IN_A_BURST = 200


class OwnWords(Exception):
    """Nobody decides about their own words, or about words on what their own shop sells."""


class NoReason(Exception):
    """Words sent back must be told why; nothing was written."""


def why_to_hold(endorsement: Endorsement | None, words: str, *, product_id: int) -> Finding | str:
    """Return what a rule sees in words, else another cause for them to wait, or nothing.

    Words that a moderator let pass as they are do not wait again; those that say anew what
    came back do, and those of a burst stay in it however they are changed.

    Args:
        endorsement: what was said before, if this person spoke of the product already.
        words: what is said now.
        product_id: what it is said of. Its lock is held, so that all of a burst are counted.
    """
    decided = _last_decision(endorsement) if endorsement else None
    if decided is not None and decided.state == State.APPROVED and decided.words == words:
        return ""
    finding = screening.judge_words(words)
    if finding is not None:
        return finding
    if decided is not None:
        return Cause.AGAIN if decided.state == State.RETURNED else ""
    came_in_a_burst = (
        endorsement.holds.filter(cause=Cause.BURST).exists()
        if endorsement
        else _lately(product_id) >= MOST_IN_A_BURST
    )
    return Cause.BURST if came_in_a_burst else ""


def _last_decision(endorsement: Endorsement) -> WordsHold | None:
    """Return how the last wait of these words that a person ended was ended."""
    made = [State.APPROVED, State.RETURNED]
    return endorsement.holds.filter(state__in=made).order_by("decided_at", "pk").last()


def _lately(product_id: int) -> int:
    since = clock.now() - BURST_WINDOW
    return Endorsement.objects.filter(product=product_id, created_at__gt=since).count()


def hold(endorsement: Endorsement, why: Finding | str, *, wanted: str) -> WordsHold:
    """Keep words from everybody but their writer until a moderator has decided."""
    seen = why if isinstance(why, Finding) else None
    if why == Cause.BURST:
        _alarm(endorsement)
    return WordsHold.objects.create(
        endorsement=endorsement,
        cause=why if isinstance(why, str) else Cause.RULE,
        rule=seen.rule if seen else None,
        matched=seen.matched if seen else "",
        words=endorsement.words,
        wanted=wanted,
    )


def _alarm(endorsement: Endorsement) -> None:
    """Tell every moderator of a burst at once, each once an hour."""
    product, now = endorsement.product, clock.now()
    roles = (StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
    staff = StaffRole.objects.filter(role__in=roles, person__is_active=True)
    people = staff.values_list("person_id", flat=True).distinct()
    key = f"product:{product.pk}:{now:%Y-%m-%dT%H}"
    data = {"product": product.title}
    tell_many([News(pk, "endorsement_burst", key, data, "/desk/words") for pk in people])


def drop(endorsement: Endorsement) -> None:
    """End the wait of words that their writer says anew or takes back."""
    for waiting in WordsHold.objects.waiting().filter(endorsement=endorsement):
        move(waiting, to=State.DROPPED, table=MAY_BECOME, decided_at=clock.now())


@transaction.atomic
def approve(*, hold: WordsHold, moderator: Person) -> Endorsement:
    """Let the words be read by whom their writer meant.

    Raises:
        OwnWords: of the moderator, or about their own shop; nothing was written.
        TransitionRefused: somebody decided first, or the words changed; nothing was written.
    """
    said = _held_still(hold, moderator)
    move(hold, to=State.APPROVED, table=MAY_BECOME, **_by(moderator))
    said.visibility, said.changed_at = hold.wanted, clock.now()
    said.save(update_fields=["visibility", "changed_at"])
    versions.keep(said)
    _tell(said, hold, "endorsement_approved", reason="")
    if said.visibility in versions.READ_BY_THE_SHOP:
        versions.tell_shop(said)
    item_scores.mark(said.product_id)
    bodies.forget(said.product_id)
    _record(said, hold, moderator)
    return said


@transaction.atomic
def send_back(*, hold: WordsHold, moderator: Person, reason: str) -> Endorsement:
    """Return words to their writer, who may say it in others; nobody reads these.

    Raises:
        NoReason: the reason is empty; nothing was written.
        OwnWords: of the moderator, or about their own shop; nothing was written.
        TransitionRefused: somebody decided first, or the words changed; nothing was written.
    """
    reason = reason.strip()
    if not reason:
        raise NoReason(hold.pk)
    said = _held_still(hold, moderator)
    move(hold, to=State.RETURNED, table=MAY_BECOME, reason=reason, **_by(moderator))
    _tell(said, hold, "endorsement_returned", reason=reason)
    _record(said, hold, moderator)
    return said


def is_own(hold: WordsHold, moderator: Person) -> bool:
    """Whether the words are the moderator's own, or about a shop they work in."""
    said = hold.endorsement
    works_there = said.product.shop.memberships.filter(person=moderator).exists()
    return said.person_id == moderator.pk or works_there


def _held_still(hold: WordsHold, moderator: Person) -> Endorsement:
    """Lock the words, as their writer's own jobs do."""
    if is_own(hold, moderator):
        raise OwnWords(hold.pk)
    said = locked(Endorsement.objects.filter(pk=hold.endorsement_id))[0]
    if said.withdrawn_at is not None or said.visibility != HELD:
        raise TransitionRefused(f"words {said.pk} wait no more")
    return said


def _by(moderator: Person) -> dict[str, object]:
    return {"moderator": moderator, "decided_at": clock.now()}


def _tell(said: Endorsement, hold: WordsHold, kind: str, *, reason: str) -> None:
    path = f"/p/{said.product.public_id}/endorse"
    data = {"product": said.product.title, "reason": reason}
    tell(person_id=said.person_id, kind=kind, key=f"words:{hold.pk}", data=data, path=path)


def _record(said: Endorsement, hold: WordsHold, moderator: Person) -> None:
    # Last, because the chain is held until this transaction ends.
    recording.record(
        actor=f"person:{moderator.pk}",
        act=f"words.{hold.state}",
        subject=f"endorsement:{said.public_id}",
        before={"hold": hold.public_id, "cause": hold.cause, "matched": hold.matched},
        after={"reason": hold.reason},
    )
