"""Replying: what the shop answers to an endorsement, once."""

from __future__ import annotations

from django.db import transaction

from catalog import bodies, screening
from catalog.models import Endorsement, EndorsementReply
from catalog.versions import READ_BY_THE_SHOP
from kit import clock
from kit.locks import locked
from notifications.telling import tell
from people.models import Person
from shops.staff import Act, may


class CannotReply(Exception):
    """The shop has no say here, or no more; nothing was written."""


class NotTheirShop(CannotReply):
    """The person does not speak for the shop, or the words are not for it to read."""


class TakenBack(CannotReply):
    """The words were taken back, so there is nothing to answer."""


class AnsweredAlready(CannotReply):
    """The shop has answered; it does so once."""


class NotLikeThis(Exception):
    """A rule sees ``args[0]`` in the reply; nothing was written."""


@transaction.atomic
def reply(
    *, endorsement: Endorsement, author: Person, words: str, language: str
) -> EndorsementReply:
    """Answer an endorsement for the shop that sells the product; its writer is told.

    Raises:
        NotTheirShop, TakenBack, AnsweredAlready: nothing was written.
        NotLikeThis: a rule sees something in the words; nothing was written.
    """
    finding = screening.judge_words(words)
    if finding is not None:
        raise NotLikeThis(finding.matched)
    # Locked as a withdrawal locks it: either the reply is there first, or there is none.
    said = locked(Endorsement.objects.filter(pk=endorsement.pk))[0]
    shop = said.product.shop
    if not may(author, Act.LIST_PRODUCTS, shop):
        raise NotTheirShop(said.pk)
    if said.withdrawn_at is not None:
        raise TakenBack(said.pk)
    if said.visibility not in READ_BY_THE_SHOP:
        raise NotTheirShop(said.pk)
    if EndorsementReply.objects.filter(endorsement=said).exists():
        raise AnsweredAlready(said.pk)
    answered = EndorsementReply.objects.create(
        endorsement=said, author=author, words=words, language=language, at=clock.now()
    )
    tell(
        person_id=said.person_id,
        kind="endorsement_replied",
        key=f"endorsement:{said.pk}",
        data={"shop": shop.name, "product": said.product.title},
        path=f"/p/{said.product.public_id}/endorsements",
    )
    bodies.forget(said.product_id)
    return answered
