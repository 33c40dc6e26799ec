"""Going on sale: what a listing is looked at for first, and what makes it wait."""

from __future__ import annotations

from catalog import bodies, naming, screening
from catalog.models import Hold, Product
from catalog.states import MAY_BECOME
from kit import clock
from kit.states import move
from shops.models import Shop


def put_on_sale(product: Product) -> Product:
    """Put a listing on sale, or let it wait for a moderator.

    It waits when a brand wants listings without a certificate held back, when a rule sees
    something, when it was sent back before, or while no listing of its shop was approved.
    The product is locked by the caller, offers something, and is neither live nor held.
    """
    if _waits(product):
        return product
    move(
        product,
        to=Product.State.LIVE,
        table=MAY_BECOME,
        published_at=product.published_at or clock.now(),
    )
    product.namings.update(taken_down_at=None)
    bodies.forget(product.pk)
    return product


def hold_if_seen(product: Product) -> bool:
    """Take a listing out of sight if a rule sees something in it; whether it did."""
    finding = screening.judge(product)
    if finding is None:
        return False
    screening.hold(
        product=product, cause=Hold.Cause.RULE, rule=finding.rule, matched=finding.matched
    )
    return True


def was_approved(product: Product) -> bool:
    """Whether a person's last word about a listing was a yes."""
    decided = screening.last_decision(product)
    return decided is not None and decided.state == Hold.State.APPROVED


def _waits(product: Product) -> bool:
    """Put a listing before a moderator if it must be looked at; whether it must."""
    if _lacks_a_certificate(product):
        return True
    if not screening.approved_as_is(product) and hold_if_seen(product):
        return True
    decided = screening.last_decision(product)
    if decided is not None and decided.state == Hold.State.RETURNED:
        screening.hold(product=product, cause=Hold.Cause.AGAIN)
        return True
    if not Shop.objects.filter(pk=product.shop_id, trusted_at__isnull=False).exists():
        screening.hold(product=product, cause=Hold.Cause.NEW_SHOP)
        return True
    return False


def _lacks_a_certificate(product: Product) -> bool:
    if not naming.note(product=product, words=screening.words_of(product)):
        return False
    naming.cover([product.pk])
    lacking = naming.uncovered(product).first()
    if lacking is None:
        return False
    screening.hold_for_brand(product=product, lacking=lacking)
    return True
