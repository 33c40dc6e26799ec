"""A shop's programme: who may share its goods for pay, by its rule, its word, or not any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q

from audit.recording import record
from kit import clock
from kit.locks import alongside, one_at_a_time
from notifications.telling import tell
from people import friendships
from people.fields import Address
from people.models import Block, Person
from referrals.models import Invitation, Programme, Removal, ShareLink
from shops.models import Membership, Shop

Who = Programme.Who
Pair = tuple[int, int]  # a shop and a person

REMOVED = "removed"

# What keeps each of these people from being paid by each of these shops: nothing, a
# removal, or the rule of the shop which they do not meet. A receipt counts for who kept it.
BARRED = """
SELECT pair.shop_id, pair.person_id, CASE
  WHEN EXISTS (
    SELECT 1 FROM referrals_removal r
    WHERE (r.shop_id, r.person_id) = (pair.shop_id, pair.person_id)
      AND (r.undone_at IS NULL OR r.undone_at > %(at)s)
  ) THEN 'removed'
  WHEN coalesce(programme.who, 'everybody') = 'everybody' OR EXISTS (
    SELECT 1 FROM referrals_invitation i
    WHERE (i.shop_id, i.person_id) = (pair.shop_id, pair.person_id) AND i.withdrawn_at IS NULL
  ) OR programme.who = 'followers' AND EXISTS (
    SELECT 1 FROM shops_follow f WHERE (f.shop_id, f.person_id) = (pair.shop_id, pair.person_id)
  ) OR programme.who = 'buyers' AND EXISTS (
    SELECT 1 FROM catalog_receipt c JOIN catalog_product p ON p.id = c.product_id
    WHERE (p.shop_id, c.person_id) = (pair.shop_id, pair.person_id) AND c.returned_at IS NULL
  ) THEN ''
  ELSE programme.who
END
FROM unnest(%(shops)s::bigint[], %(people)s::bigint[]) AS pair(shop_id, person_id)
LEFT JOIN referrals_programme programme ON programme.shop_id = pair.shop_id
"""


class NotHere(Exception):
    """This person has not shared anything of the shop."""


class AlreadyInvited(Exception):
    """This person was invited before, and may share for pay."""


class RemovedBefore(Exception):
    """This person was removed: let them back in first."""


class WorksHere(Exception):
    """The shop's own staff never earn from it."""


class WantsNoNews(Exception):
    """This person and whoever invites them have blocked one another."""


def may_earn(*, person_id: int, shop: Shop) -> bool:
    """Whether the shop lets this person share for pay as things stand; one query.

    Of the programme alone: staff, closed accounts and the buyer's own purchases are
    looked after elsewhere.
    """
    return not barred(shop_id=shop.pk, person_id=person_id)


def barred(*, shop_id: int, person_id: int) -> str:
    """Return what keeps this person from being paid: nothing, ``removed``, or a ``Who``."""
    pair = (shop_id, person_id)
    return barred_among([pair])[pair]


def barred_among(pairs: Collection[Pair], *, at: datetime | None = None) -> dict[Pair, str]:
    """Return the same of many shops and people; one query."""
    if not pairs:
        return {}
    asked: dict[str, Any] = {
        "shops": [shop_id for shop_id, _person_id in pairs],
        "people": [person_id for _shop_id, person_id in pairs],
        "at": at or clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(BARRED, asked)
        return {(shop_id, person_id): what for shop_id, person_id, what in cursor.fetchall()}


def barred_at_order(
    *, shop_ids: Collection[int], pairs: Collection[Pair], at: datetime
) -> frozenset[Pair]:
    """Return which of these people their shops do not pay for orders placed at ``at``.

    Must stand in the order's transaction. A removal waits for the orders under way, and
    they for it, so that nothing ordered after somebody's removal was ever theirs.
    """
    alongside(*map(_lock_of, shop_ids))
    found = barred_among(pairs, at=at)
    return frozenset(pair for pair, what in found.items() if what)


def who_of(shop: Shop) -> str:
    """Return the shop's rule: one of ``Programme.Who``."""
    row = Programme.objects.filter(shop=shop).first()
    return row.who if row else Who.EVERYBODY.value


@transaction.atomic
def set_who(*, shop: Shop, who: str, by: Person) -> None:
    """Change who may share for pay; orders placed before keep their commission."""
    one_at_a_time(_lock(shop))
    before = who_of(shop)
    if before == who:
        return
    Programme.objects.update_or_create(shop=shop, defaults={"who": who, "changed_at": clock.now()})
    _record(shop, "programme.opened_to", by, before={"who": before}, after={"who": who})


@transaction.atomic
def invite(*, shop: Shop, person: Person, by: Person, by_address: bool = False) -> Invitation:
    """Let somebody share for pay whatever the rule for others; they are told, once for ever.

    Args:
        shop: which lets them.
        person: who is invited.
        by: who invites them.
        by_address: an address was typed, and whom it reached is not to be learnt.

    Raises:
        AlreadyInvited, RemovedBefore, WorksHere, WantsNoNews: nothing was written.
    """
    one_at_a_time(_lock(shop))
    if Membership.objects.filter(shop=shop, person=person).exists():
        raise WorksHere(person.pk)
    if _blocked(person, by):
        raise WantsNoNews(person.pk)
    if open_removal(shop, person) is not None:
        raise RemovedBefore(person.pk)
    row = Invitation.objects.filter(shop=shop, person=person, withdrawn_at=None).first()
    if row is not None and (by_address or not row.by_address):
        raise AlreadyInvited(person.pk)
    row = row or Invitation(shop=shop, person=person)
    # An address may have reached them before: now it is the person who was asked.
    row.by, row.by_address, row.at = by, by_address, clock.now()
    row.save()
    _tell(person, "sharing_invited", shop, fact="invited")
    _record(shop, "programme.invited", by, after={"person": person.pk})
    return row


def invite_by_address(*, shop: Shop, address: Address, by: Person) -> None:
    """Invite whoever has this e-mail address or phone number, if anybody does and may be.

    Says nothing either way and counts the same either way, so that nobody can find out
    here who has an account.

    Raises:
        AskedTooOften: the day's limit of ``people.friendships``; nothing was written.
    """
    friendships.count_address(by)
    person = Person.objects.filter(address.condition, is_active=True).first()
    if person is None:
        return
    try:
        invite(shop=shop, person=person, by=by, by_address=True)
    except (AlreadyInvited, RemovedBefore, WorksHere, WantsNoNews):
        return


def invitations_shown(shop: Shop) -> models.QuerySet[Invitation]:
    """Return the shop's invitations that stand, of those whom it may know it has invited."""
    link = Exists(ShareLink.objects.filter(shop=shop, person=OuterRef("person")))
    return Invitation.objects.filter(Q(by_address=False) | link, shop=shop, withdrawn_at=None)


@transaction.atomic
def withdraw(*, shop: Shop, person: Person, by: Person) -> None:
    """Take an invitation back; does nothing when there is none."""
    one_at_a_time(_lock(shop))
    mine = Invitation.objects.filter(shop=shop, person=person, withdrawn_at=None)
    if mine.update(withdrawn_at=clock.now()):
        _record(shop, "programme.invitation_withdrawn", by, before={"person": person.pk})


@transaction.atomic
def remove(*, shop: Shop, person: Person, reason: str, by: Person) -> Removal:
    """Pay this person nothing for what is ordered from now on; they are told why.

    What they brought before stays theirs. Removing them again changes nothing.

    Raises:
        NotHere: nothing was written.
    """
    one_at_a_time(_lock(shop))
    before = open_removal(shop, person)
    if before is not None:
        return before
    if not ShareLink.objects.filter(shop=shop, person=person).exists():
        raise NotHere(person.pk)
    row = Removal.objects.create(shop=shop, person=person, by=by, reason=reason, at=clock.now())
    _tell(person, "sharing_ended", shop, fact=f"removal:{row.pk}", reason=reason)
    _record(shop, "programme.removed", by, after={"person": person.pk, "reason": reason})
    return row


@transaction.atomic
def let_back(*, shop: Shop, person: Person, by: Person) -> None:
    """Undo a removal; does nothing when there is none. They are told."""
    one_at_a_time(_lock(shop))
    row = open_removal(shop, person)
    if row is None:
        return
    row.undone_at, row.undone_by = clock.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    _tell(person, "sharing_again", shop, fact=f"removal:{row.pk}")
    _record(shop, "programme.let_back", by, before={"person": person.pk})


def open_removal(shop: Shop, person: Person) -> Removal | None:
    """Return the removal that stands, with its reason."""
    return Removal.objects.filter(shop=shop, person=person, undone_at=None).first()


def known_to(shop: Shop, people: models.QuerySet[Person]) -> models.QuerySet[Person]:
    """Return those of ``people`` who have a link into the shop, or were ever invited openly."""
    link = Exists(ShareLink.objects.filter(shop=shop, person=OuterRef("pk")))
    asked = Invitation.objects.filter(shop=shop, person=OuterRef("pk"), by_address=False)
    return people.filter(link | Exists(asked))


def _lock(shop: Shop) -> str:
    return _lock_of(shop.pk)


def _lock_of(shop_id: int) -> str:
    return f"programme:{shop_id}"


def _blocked(person: Person, other: Person) -> bool:
    pair = [person.pk, other.pk]
    return Block.objects.filter(blocker__in=pair, blocked__in=pair).exists()


def _tell(person: Person, kind: str, shop: Shop, *, fact: str, **more: str) -> None:
    data = {"shop": shop.name, **more}
    tell(person_id=person.pk, kind=kind, key=f"{fact}:{shop.pk}", data=data, path="/me/sharing")


def _record(shop: Shop, act: str, by: Person, **facts: dict[str, object]) -> None:
    record(actor=f"person:{by.pk}", act=act, subject=f"shop:{shop.pk}", **facts)
