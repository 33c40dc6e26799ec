"""Deciding: a moderator lets a held listing go on sale, or sends it back and says why."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from audit import recording
from catalog import screening
from catalog.models import Hold
from kit import clock
from kit.states import TransitionRefused
from moderation.models import Decision
from notifications import telling
from people.models import Person


class OwnShop(Exception):
    """Nobody decides about a shop they work in; nothing was written."""


class NoReason(Exception):
    """A listing sent back must be told why; nothing was written."""


def approve(*, hold: Hold, moderator: Person, seen: str = "") -> Decision:
    """Let the held listing go on sale, and tell its vendor.

    ``seen`` is what ``screening.shown`` was on the moderator's page.

    Raises:
        ListingMoved: of ``screening``; the vendor changed it since, or it waits for more.
        OwnShop: the moderator works in the shop.
        TransitionRefused: somebody else decided first, or the vendor dropped it.
    """
    with transaction.atomic():
        _refuse_own_shop(hold, moderator)
        try:
            screening.approve(hold=hold, seen=seen)
        except screening.MoreToSee as more:
            left = more  # raised below, for what was let pass is to stay
        else:
            return _write(hold, moderator, verdict=Decision.Verdict.APPROVED, reason="")
    raise left


@transaction.atomic
def send_back(*, hold: Hold, moderator: Person, reason: str) -> Decision:
    """Send the held listing back to its vendor with the reason.

    Raises:
        NoReason: the reason is empty.
        OwnShop: the moderator works in the shop.
        TransitionRefused: somebody else decided first, or the vendor dropped it.
    """
    if not reason.strip():
        raise NoReason(hold.pk)
    _refuse_own_shop(hold, moderator)
    reason = reason.strip()
    screening.send_back(hold=hold, reason=reason)
    return _write(hold, moderator, verdict=Decision.Verdict.RETURNED, reason=reason)


def is_own_shop(hold: Hold, moderator: Person) -> bool:
    """Whether the moderator works in the shop whose listing waits."""
    return hold.product.shop.memberships.filter(person=moderator).exists()


def _refuse_own_shop(hold: Hold, moderator: Person) -> None:
    if is_own_shop(hold, moderator):
        raise OwnShop(hold.pk)


def _write(hold: Hold, moderator: Person, *, verdict: str, reason: str) -> Decision:
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                hold=hold, moderator=moderator, verdict=verdict, reason=reason, at=clock.now()
            )
    except IntegrityError as decided:  # the database keeps one decision a hold, come what may
        raise TransitionRefused(f"hold {hold.pk} is decided") from decided
    product = hold.product
    telling.tell(
        person_id=product.shop.owner_id,
        kind=f"listing_{verdict}",
        key=f"hold:{hold.pk}:{verdict}",
        data={"title": product.title, "reason": reason},
        path=f"/shop/products/{product.public_id}",
    )
    # Last, because the chain is held until this transaction ends.
    recording.record(
        actor=f"person:{moderator.pk}",
        act=f"listing.{verdict}",
        subject=f"product:{hold.product_id}",
        before={"hold": hold.public_id, "cause": hold.cause, "matched": hold.matched},
        after={"verdict": verdict, "reason": reason},
    )
    return decision
