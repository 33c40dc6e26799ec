"""Authorising: a brand's owner issues a shop its certificate, renews it, or revokes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.recording import record
from catalog import brand_news, brand_settling
from catalog.models import Brand, Category, Certificate, Naming, Product
from catalog.states import CERTIFICATE_MAY_BECOME
from kit import clock
from kit.locks import locked
from kit.states import TransitionRefused, move
from notifications.telling import tell_many
from people.models import Person
from shops.models import Shop


class NotTheirBrand(Exception):
    """Only who registered a brand issues its certificates: no shop passes one on."""


class NotVerified(TransitionRefused):
    """The brand does not count: nobody has verified it, or it was closed."""


class ProductElsewhere(Exception):
    """A product of the certificate is not of the shop it is for."""


class NoReason(Exception):
    """A certificate is revoked for a reason that is told; nothing was written."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a certificate covers, and from when to when.

    Attributes:
        starts_at: the first moment it counts.
        ends_at: the first moment it no longer does.
        category: the one kind of goods, or None for every kind.
        products: the only products, or none for all of the brand in the shop.
        areas: places of which the shop's own must name one; empty for anywhere.
        channels: ``Certificate.Channel`` codes; empty for everywhere.
        price_min_minor: the lowest agreed price, or None.
        price_max_minor: the highest, or None.
    """

    starts_at: datetime
    ends_at: datetime
    category: Category | None = None
    products: Sequence[Product] = ()
    areas: Sequence[str] = ()
    channels: Sequence[str] = ()
    price_min_minor: int | None = None
    price_max_minor: int | None = None


def issue(*, brand: Brand, shop: Shop, scope: Scope, by: Person) -> Certificate:
    """Issue a shop a certificate; the very same one twice is issued once.

    Raises:
        NotTheirBrand: nothing was written.
        NotVerified: nothing was written.
        ProductElsewhere: nothing was written.
    """
    certificate = _issue(brand, shop, scope, by, renews=None)
    brand_settling.settle_all(_products_of(certificate))
    return certificate


def renew(*, certificate: Certificate, ends_at: datetime, by: Person) -> Certificate:
    """Issue a certificate that takes this one up where it ends, or now where it is over.

    What was taken down when it ended is on sale again as soon as the new one counts.

    Raises:
        NotTheirBrand, NotVerified: nothing was written.
        TransitionRefused: it was revoked, is renewed already, or lasts as long anyway; nothing
            was written.
    """
    renewed = _renew(certificate, ends_at, by)
    brand_settling.settle_all(_products_of(renewed))
    return renewed


def revoke(*, certificate: Certificate, reason: str, by: Person) -> Certificate:
    """End a certificate at once; what it alone covered is taken down.

    First the certificate, then the listings, each in a transaction of its own: whoever
    publishes holds the product first and its certificate after it. Should we die in between,
    the next sweep takes the listings down.

    Raises:
        NotTheirBrand, NoReason: nothing was written.
        TransitionRefused: it is over already; nothing was written.
    """
    _revoke(certificate, reason.strip(), by)
    brand_settling.settle_all(_products_of(certificate))
    return certificate


@transaction.atomic
def _issue(
    brand: Brand, shop: Shop, scope: Scope, by: Person, renews: Certificate | None
) -> Certificate:
    stored = locked(Brand.objects.filter(pk=brand.pk))[0]
    _refuse_others(stored, by)
    if any(product.shop_id != shop.pk for product in scope.products):
        raise ProductElsewhere(shop.pk)
    written = _written(scope) | {"brand": stored, "shop": shop, "issued_by": by}
    same = _same(written, scope.products) if renews is None else None
    if same is not None:
        return same
    certificate = Certificate.objects.create(**written, renews=renews, currency=shop.currency)
    certificate.products.set(scope.products)
    tell_many([brand_news.about_certificate(certificate, "certificate_issued")])
    _record(certificate, by=by, act="issued", shop=shop.pk, ends_at=scope.ends_at.isoformat())
    return certificate


@transaction.atomic
def _renew(certificate: Certificate, ends_at: datetime, by: Person) -> Certificate:
    # The brand first, as when it is closed.
    _refuse_others(locked(Brand.objects.filter(pk=certificate.brand_id))[0], by)
    now, old = clock.now(), locked(Certificate.objects.filter(pk=certificate.pk))[0]
    taken_up = old.renewed_by.filter(state=Certificate.State.ISSUED).exists()
    if taken_up or old.state == Certificate.State.REVOKED:
        raise TransitionRefused(f"certificate {old.pk} is revoked or renewed")
    if ends_at <= max(now, old.ends_at):
        raise TransitionRefused(f"certificate {old.pk} lasts as long anyway")
    scope = replace(_scope_of(old), starts_at=max(now, old.ends_at), ends_at=ends_at)
    return _issue(old.brand, old.shop, scope, by, renews=old)


@transaction.atomic
def _revoke(certificate: Certificate, reason: str, by: Person) -> None:
    if certificate.brand.owner_id != by.pk:
        raise NotTheirBrand(certificate.brand_id)
    if not reason:
        raise NoReason(certificate.pk)
    move(
        certificate,
        to=Certificate.State.REVOKED,
        table=CERTIFICATE_MAY_BECOME,
        reason=reason,
        over_at=clock.now(),
    )
    tell_many([brand_news.about_certificate(certificate, "certificate_revoked")])
    _record(certificate, by=by, act="revoked", reason=reason)


def _refuse_others(brand: Brand, by: Person) -> None:
    if brand.owner_id != by.pk:
        raise NotTheirBrand(brand.pk)
    if brand.state != Brand.State.VERIFIED:
        raise NotVerified(brand.pk)


def _written(scope: Scope) -> dict[str, Any]:
    return {
        "category": scope.category,
        "for_products": bool(scope.products),
        "areas": list(scope.areas),
        "channels": list(scope.channels),
        "price_min_minor": scope.price_min_minor,
        "price_max_minor": scope.price_max_minor,
        "starts_at": scope.starts_at,
        "ends_at": scope.ends_at,
    }


def _same(written: dict[str, Any], products: Sequence[Product]) -> Certificate | None:
    """Return the certificate that says the very same, if there is one."""
    wanted = {product.pk for product in products}
    issued = Certificate.objects.filter(**written, state=Certificate.State.ISSUED)
    for one in issued.prefetch_related("products"):
        if {product.pk for product in one.products.all()} == wanted:
            return one
    return None


def _scope_of(certificate: Certificate) -> Scope:
    return Scope(
        starts_at=certificate.starts_at,
        ends_at=certificate.ends_at,
        category=certificate.category,
        products=list(certificate.products.all()),
        areas=certificate.areas,
        channels=certificate.channels,
        price_min_minor=certificate.price_min_minor,
        price_max_minor=certificate.price_max_minor,
    )


def _products_of(certificate: Certificate) -> list[int]:
    """Return what a certificate may cover: what its shop has that names the brand."""
    named = Naming.objects.filter(brand=certificate.brand_id, product__shop=certificate.shop_id)
    return list(named.values_list("product_id", flat=True))


def _record(certificate: Certificate, *, by: Person, act: str, **facts: object) -> None:
    # Last of each job, because the chain is held until its transaction ends.
    record(
        actor=f"person:{by.pk}",
        act=f"certificate.{act}",
        subject=f"certificate:{certificate.pk}",
        after=facts,
    )
