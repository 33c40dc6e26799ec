"""Paying back part or all of a charge, asked once by its key."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import F

from kit import clock, states
from kit.locks import locked
from kit.states import TransitionRefused
from payments.gateways.port import Absent, ProviderRefused, RefundFact, RefundWanted
from payments.gateways.registry import gateway
from payments.models import Charge, Refund
from payments.states import REFUND_MAY_BECOME

log = logging.getLogger(__name__)


class RefundTooLarge(Exception):
    """Less than this is left of the charge, or it was never paid; nothing was written."""


class RefundKeyReused(Exception):
    """The key stands for another refund; nothing was written."""


@transaction.atomic
def ask(*, charge: Charge, amount_minor: int, key: str) -> Refund:
    """Write down a refund, or return the one this key already asked for.

    Args:
        charge: the charge it is paid back from.
        amount_minor: minor units of the charge's currency; above zero.
        key: names the fact; asking twice pays back once.

    Raises:
        RefundTooLarge: less is left of the charge, or it is not paid.
        RefundKeyReused: the key stands for another charge or amount.
    """
    locked(Charge.objects.filter(pk=charge.pk))  # two askers of one key wait for each other here
    before = Refund.objects.filter(key=key).first()
    if before is not None:
        if (before.charge_id, before.amount_minor) != (charge.pk, amount_minor):
            raise RefundKeyReused(key)
        return before
    left = Charge.objects.filter(
        pk=charge.pk,
        state=Charge.State.PAID,
        refunded_minor__lte=F("amount_minor") - amount_minor,
    )
    if amount_minor <= 0 or not left.update(refunded_minor=F("refunded_minor") + amount_minor):
        raise RefundTooLarge(key)
    charge.refresh_from_db(fields=["refunded_minor"])
    return Refund.objects.create(charge=charge, amount_minor=amount_minor, key=key)


def send(refund: Refund) -> Refund:
    """Tell the provider to pay back; a second telling of the same refund changes nothing.

    Call it outside a transaction. A refund that the provider refuses for good becomes
    *refused*, and its amount is free to be asked for again.

    Raises:
        ProviderAway: nothing was heard; send it again later.
    """
    if refund.state != Refund.State.ASKED:
        return refund
    charge = refund.charge
    wanted = RefundWanted(charge.provider_ref, refund.reference, refund.amount_minor)
    try:
        _learn(refund, gateway(charge.provider).send_refund(wanted))
    except ProviderRefused as refused:
        log.error("refund %s was refused: %s", refund.reference, refused.code)  # noqa: TRY400 -- the code says it all
        _give_up(refund)
    return refund


def refresh(refund: Refund) -> Refund:
    """Ask the provider how the refund stands, send it if it never heard of it, return it.

    Call it outside a transaction. A settled one is asked about too: when the buyer's bank
    sent it back it becomes *refused*, keeps the moment when it was settled, and its amount
    is free to be asked for again.

    Raises:
        ProviderAway: nothing was heard; nothing was changed.
    """
    if refund.state == Refund.State.REFUSED:
        return refund
    fact = gateway(refund.charge.provider).refund(refund.reference)
    if isinstance(fact, Absent):
        return send(refund)
    _learn(refund, fact)
    return refund


def _learn(refund: Refund, fact: RefundFact) -> None:
    if fact.amount_minor != refund.amount_minor:
        log.error("refund %s has another amount at the provider", refund.reference)
        return
    Refund.objects.filter(pk=refund.pk, provider_ref="").update(provider_ref=fact.provider_ref)
    if fact.status == "failed":
        log.error("refund %s failed at the provider", refund.reference)
        _give_up(refund)
    elif fact.status == "settled" and refund.state == Refund.State.ASKED:
        try:
            states.move(
                refund, to=Refund.State.SETTLED, table=REFUND_MAY_BECOME, settled_at=clock.now()
            )
        except TransitionRefused:
            log.info("refund %s was settled by somebody faster", refund.reference)
    refund.refresh_from_db()


@transaction.atomic
def _give_up(refund: Refund) -> None:
    try:
        states.move(refund, to=Refund.State.REFUSED, table=REFUND_MAY_BECOME)
    except TransitionRefused:
        refund.refresh_from_db()
        return
    Charge.objects.filter(pk=refund.charge_id).update(
        refunded_minor=F("refunded_minor") - refund.amount_minor
    )
