"""Asking a buyer for money, and learning from the provider whether it came."""

from __future__ import annotations

import logging

from django.conf import settings

from kit import clock, states
from kit.states import TransitionRefused
from payments.gateways.port import (
    Absent,
    ChargeFact,
    ChargeWanted,
)
from payments.gateways.port import ProviderAway as ProviderAway  # for those who call us
from payments.gateways.port import ProviderRefused as ProviderRefused
from payments.gateways.registry import gateway
from payments.models import Charge
from payments.states import CHARGE_MAY_BECOME

log = logging.getLogger(__name__)


class ChargeIsOver(Exception):
    """The charge was paid or closed, so nobody can be sent to pay it."""


def start(
    *, amount_minor: int, currency: str, description: str, language: str, return_path: str
) -> Charge:
    """Write down a charge of ``amount_minor`` minor units; the provider hears of it later.

    Args:
        amount_minor: what the buyer pays in all; above zero.
        currency: its ISO code.
        description: a line the buyer reads at the provider; cut to 120 characters.
        language: what the pay page speaks.
        return_path: where on our own host the provider sends the buyer back to.
    """
    return Charge.objects.create(
        provider=settings.PAYMENT_PROVIDER,
        amount_minor=amount_minor,
        currency=currency,
        description="".join(sign for sign in description if sign.isprintable())[:120],
        language=language,
        return_path=return_path,
    )


def open_at_provider(charge: Charge, *, base_url: str) -> str:
    """Return the address where the buyer pays, opening the charge there the first time.

    Call it outside a transaction: it speaks with the provider. A second call, also one
    after an answer that was never heard, finds the same charge by its reference.

    Args:
        charge: a charge made by ``start``, already committed.
        base_url: the scheme and host the buyer sees us under, such as ``http://10.0.0.5:8000``.

    Raises:
        ChargeIsOver: it was paid or closed meanwhile.
        ProviderAway: nothing was heard; try again.
        ProviderRefused: the provider will not have this charge.
    """
    provider = gateway(charge.provider)
    charge.refresh_from_db(fields=["state", "pay_url"])
    if charge.state == Charge.State.CREATED:
        fact = provider.open_charge(
            ChargeWanted(
                reference=charge.reference,
                amount_minor=charge.amount_minor,
                currency=charge.currency,
                description=charge.description,
                language=charge.language,
                return_url=base_url.rstrip("/") + charge.return_path,
            )
        )
        Charge.objects.filter(pk=charge.pk, provider_ref="").update(
            provider_ref=fact.provider_ref, pay_url=fact.pay_url
        )
        charge.refresh_from_db()
        if charge.state == Charge.State.CLOSED:
            # Closed here while it was opened there; it may even be paid by now.
            fact = provider.close_charge(fact.provider_ref)
        _learn(charge, fact)
    if charge.state != Charge.State.OPEN:
        raise ChargeIsOver(charge.reference)
    return provider.pay_address(charge.pay_url, base_url=base_url)


def refresh(charge: Charge) -> Charge:
    """Ask the provider how the charge stands and return it as it is now.

    Paid is never unlearned. Call it outside a transaction.

    Raises:
        ProviderAway: nothing was heard; nothing was changed.
    """
    fact = gateway(charge.provider).charge(charge.reference)
    charge.refresh_from_db()
    if not isinstance(fact, Absent):
        _learn(charge, fact)
    return charge


def close(charge: Charge) -> bool:
    """Close the charge so that nobody can pay it any more; False when it turned out paid.

    Call it outside a transaction.

    Raises:
        ProviderAway: nothing was heard; nothing was changed.
    """
    provider = gateway(charge.provider)
    fact = provider.charge(charge.reference)
    if not isinstance(fact, Absent) and fact.status == "open":
        fact = provider.close_charge(fact.provider_ref)
    charge.refresh_from_db()
    if not isinstance(fact, Absent):
        _learn(charge, fact)
    if charge.state in CHARGE_MAY_BECOME[Charge.State.CLOSED] and isinstance(fact, Absent):
        _move(charge, to=Charge.State.CLOSED)
    return charge.state == Charge.State.CLOSED


def _learn(charge: Charge, fact: ChargeFact) -> None:
    """Take over what the provider says, as far as it is news."""
    if (fact.amount_minor, fact.currency) != (charge.amount_minor, charge.currency):
        # Goods are not released for another sum; a person has to look at this one.
        log.error("charge %s has another amount at the provider", charge.reference)
        if fact.status != "closed":
            return  # closed unpaid, it is the same whatever it asked for
    Charge.objects.filter(pk=charge.pk, provider_ref="").update(
        provider_ref=fact.provider_ref, pay_url=fact.pay_url
    )
    if charge.state != fact.status and charge.state in CHARGE_MAY_BECOME[fact.status]:
        _move(charge, to=fact.status)
    charge.refresh_from_db()


def _move(charge: Charge, *, to: str) -> None:
    also = {"paid_at": clock.now()} if to == Charge.State.PAID else {}
    try:
        states.move(charge, to=to, table=CHARGE_MAY_BECOME, **also)
    except TransitionRefused:
        charge.refresh_from_db()  # the webhook, the poller or the return page was faster
