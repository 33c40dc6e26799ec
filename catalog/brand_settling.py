"""Settling: listings follow their certificates, in steps that may be done twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import F

from catalog import bodies, brand_news, naming, onsale, screening
from catalog.models import Brand, Certificate, Hold, Naming, Product
from catalog.naming import UNCOVERED, Change
from catalog.states import MAY_BECOME
from kit import clock
from kit.locks import locked
from kit.states import move
from notifications.telling import tell_many

S = Product.State
AT_ONCE = 200  # listings in one transaction: about a second of work


def settle_all(product_ids: Sequence[int]) -> None:
    """Settle however many listings, some at a time."""
    for batch in in_batches(product_ids):
        settle(batch)


def in_batches(product_ids: Sequence[int]) -> list[Sequence[int]]:
    """Cut listings into what one transaction takes."""
    return [product_ids[start : start + AT_ONCE] for start in range(0, len(product_ids), AT_ONCE)]


@transaction.atomic
def settle(product_ids: Collection[int]) -> None:
    """Bring the listings of these products to where their certificates put them.

    What a certificate that is over had covered is taken down. What names a brand that wants
    it, and has no certificate, is held. What waited for one that came is on sale again, as
    far as nothing else keeps it. Nothing happens to drafts.
    """
    if not Naming.objects.filter(product__in=product_ids).exists():
        _release(Product.objects.filter(pk__in=product_ids))
        return
    products = {one.pk: one for one in locked(Product.objects.filter(pk__in=product_ids))}
    changes = naming.cover(list(products))
    _take_down(_lost(changes))
    _hold_back(list(products))
    _release(Product.objects.filter(pk__in=products))
    _put_back(products)
    for product_id in {change.product_id for change in changes}:
        bodies.forget(product_id)


def _lost(changes: Iterable[Change]) -> list[Change]:
    """Return the changes from a certificate that is over to none at all.

    A brand that was closed says nothing any more, so what it had authorised stays.
    """
    left = [change for change in changes if change.was and change.best is None]
    asked = Certificate.objects.filter(pk__in=[change.was for change in left])
    over = asked.filter(brand__state=Brand.State.VERIFIED).exclude(
        pk__in=asked.valid(now=clock.now())
    )
    gone = set(over.values_list("pk", flat=True))
    return [change for change in left if change.was in gone]


def _take_down(lost: list[Change]) -> None:
    """Take what is on sale down, in one statement, and remember why."""
    from_live = Product.objects.filter(
        pk__in={change.product_id for change in lost},
        state__in=MAY_BECOME[S.UNLISTED] - {S.HELD},
    )
    taken = set(from_live.values_list("pk", flat=True))
    from_live.update(state=S.UNLISTED, version=F("version") + 1)
    Naming.objects.filter(
        pk__in=[change.naming_id for change in lost if change.product_id in taken]
    ).update(taken_down_at=clock.now())


def _hold_back(product_ids: list[int]) -> None:
    """Let what lacks a certificate its brand asks for wait; each is told once."""
    lacking = Naming.objects.filter(UNCOVERED, product__in=product_ids)
    lacking = lacking.select_related("brand", "product__shop__owner").order_by("product", "-pk")
    news = []
    for one in {one.product_id: one for one in lacking}.values():  # the oldest of each
        if one.product.state == S.LIVE:
            screening.hold_for_brand(product=one.product, lacking=one)
            news.append(brand_news.held_back(one))
        elif one.product.state == S.HELD:
            screening.wait_for_brand(product=one.product, lacking=one)
    tell_many(news)


def _release(products: Iterable[Product]) -> None:
    """Let what waited for a certificate alone, and lacks none now, be judged like any other."""
    ids = [product.pk for product in products]
    waiting = Product.objects.filter(
        pk__in=ids,
        state=S.HELD,
        holds__state=Hold.State.WAITING,
        holds__cause=Hold.Cause.BRAND,
    )
    for product in locked(waiting):
        if naming.uncovered(product).exists():
            continue
        screening.drop(product=product)
        move(product, to=S.UNLISTED, table=MAY_BECOME)
        onsale.put_on_sale(product)


def _put_back(products: dict[int, Product]) -> None:
    """Put back what was taken down when a certificate ended and is covered again."""
    down = Naming.objects.filter(product__in=products, taken_down_at__isnull=False)
    again = Product.objects.filter(pk__in=products, state=S.UNLISTED, namings__in=down).exclude(
        namings__in=down.filter(certificate=None)
    )
    for product in again.distinct():
        if product.variants.filter(is_offered=True).exists():
            onsale.put_on_sale(product)
