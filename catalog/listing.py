"""Listing: a product written down, put on sale, taken down and put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from catalog import (
    arranging,
    bodies,
    brand_settling,
    naming,
    onsale,
    screening,
    stock,
    words,
)
from catalog.models import Category, Photo, Product, Variant
from catalog.states import MAY_BECOME
from kit.locks import locked
from kit.public_ids import public_id
from kit.states import TransitionRefused, move
from people.models import Person
from shops.models import Shop
from shops.staff import Act, may

MOST_PHOTOS = 12
MOST_VARIANTS = 20


class NotTheirs(Exception):
    """The person may not list products in this shop."""


class PhotoElsewhere(Exception):
    """A photo belongs to another product, or to nobody of this shop."""


class NothingToSell(Exception):
    """A product needs at least one variant that is offered."""


@dataclass(frozen=True, slots=True)
class VariantInput:
    """One variant as a vendor writes it.

    Attributes:
        name: empty when there is only one way to buy the product.
        price_minor: in the shop's currency, above zero.
        stock: the pieces that can be bought from now on; None leaves them as they are.
        seen_stock: how many there were when the vendor looked, so that what was bought
            since stays bought; None takes ``stock`` as counted this moment.
        id: of a variant the product has already; None for a new one.
    """

    name: str
    price_minor: int
    stock: int | None = None
    seen_stock: int | None = None
    id: int | None = None


@transaction.atomic
def save_draft(  # noqa: PLR0913  # one form, one job: a listing is written as a whole
    *,
    shop: Shop,
    product: Product | None,
    title: str,
    description: str,
    commission_bp: int | None,
    category: Category | None,
    variants: Sequence[VariantInput],
    photo_ids: Sequence[int],
) -> Product:
    """Write a listing down whole; a new one is a draft.

    A variant left out is no longer offered, a photo left out is set loose. What is on
    sale stays on sale, but is judged again: a rule may now take it out of sight. Only what
    a person has approved is not, for as long as its words stay.

    Raises:
        PhotoElsewhere: nothing was written.
        NothingToSell: there is no variant; nothing was written.
        OutOfStock: pieces to be taken away were bought a moment ago; nothing was written.
    """
    if not variants:
        raise NothingToSell
    # The shop first, as when it is renamed: the words of both must end up in the search.
    shop = locked(Shop.objects.filter(pk=shop.pk))[0]
    if product is None:
        product, relied_on, said = Product(shop=shop, language=shop.language), None, ""
    else:
        product = locked(Product.objects.filter(pk=product.pk, shop=shop))[0]
        product.shop = shop
        relied_on, said = _relied_on(product), screening.words_of(product)
    product.title, product.description = title, description
    product.commission_bp, product.category = commission_bp, category
    product.save()
    _write_variants(product, variants)
    _write_photos(product, photo_ids)
    if relied_on is not None and relied_on != _relied_on(product):
        Product.objects.filter(pk=product.pk).update(version=F("version") + 1)
        product.refresh_from_db(fields=["version"])
    _index(product)
    bodies.forget(product.pk)
    if product.state == Product.State.LIVE:
        if said != screening.words_of(product) or not onsale.was_approved(product):
            onsale.hold_if_seen(product)
    elif product.state == Product.State.HELD:
        screening.look_again(product=product)
    names_brand = naming.note(product=product, words=screening.words_of(product))
    if names_brand or product.state == Product.State.HELD:
        brand_settling.settle([product.pk])
        product.refresh_from_db(fields=["state", "version"])
    return product


def _relied_on(product: Product) -> list[tuple[object, ...]]:
    """Return what somebody with the product in their bag counts on, or who gains by it."""
    offered = product.variants.filter(is_offered=True).values_list("pk", "name", "price_minor")
    return [(product.title, product.commission_bp), *offered]


def _write_variants(product: Product, wanted: Sequence[VariantInput]) -> None:
    present = {variant.pk: variant for variant in locked(product.variants.all())}
    # First out of the way: a new variant may take the name of one no longer offered.
    product.variants.update(is_offered=False)
    for position, entry in enumerate(wanted):
        # Each once: another product's variant, or a second row for one, makes a new variant.
        known = present.pop(entry.id or 0, None)
        variant = known or Variant(product=product)
        variant.name, variant.price_minor = entry.name, entry.price_minor
        variant.position, variant.is_offered = position, True
        if known:
            variant.save(update_fields=["name", "price_minor", "position", "is_offered"])
        else:
            variant.save()
        _count(variant, entry, was_there=known is not None)


def _count(variant: Variant, entry: VariantInput, *, was_there: bool) -> None:
    """Set the stock as the vendor wrote it, on top of what was bought since they looked."""
    if entry.stock is None:
        return
    seen = entry.seen_stock if was_there else 0
    seen = variant.available if seen is None else seen
    stock.adjust(
        variant_id=variant.pk, change=entry.stock - seen, key=f"count:{variant.pk}:{public_id()}"
    )


def _write_photos(product: Product, photo_ids: Sequence[int]) -> None:
    wanted = list(dict.fromkeys(photo_ids))
    locked(Photo.objects.filter(pk__in=wanted))  # two listings may reach for one loose photo
    photos = arranging.usable(shop=product.shop, product=product, photo_ids=wanted)
    if len(photos) != len(wanted) or len(wanted) > MOST_PHOTOS:
        raise PhotoElsewhere
    product.photos.exclude(pk__in=wanted).update(product=None)
    for position, photo_id in enumerate(wanted):
        Photo.objects.filter(pk=photo_id).update(product=product, position=position)


def _index(product: Product) -> None:
    """Let the listing be found by its present words."""
    Product.objects.filter(pk=product.pk).update(
        search=words.vector(
            title=product.title, shop_name=product.shop.name, description=product.description
        )
    )


@transaction.atomic
def publish(*, product: Product, by: Person) -> Product:
    """Put a listing on sale, or let it wait for a moderator.

    When it waits, ``onsale.put_on_sale`` says. Publishing what is on sale or waits already
    changes nothing.

    Raises:
        NotTheirs: nothing was written.
        NothingToSell: it offers no variant; nothing was written.
    """
    if not may(by, Act.LIST_PRODUCTS, product.shop):
        raise NotTheirs
    product = locked(Product.objects.filter(pk=product.pk))[0]
    if product.state in {Product.State.LIVE, Product.State.HELD}:
        return product
    if not product.variants.filter(is_offered=True).exists():
        raise NothingToSell
    return onsale.put_on_sale(product)


@transaction.atomic
def unlist(*, product: Product) -> Product:
    """Take a listing down; whoever comes by its address sees the shop's other products.

    Raises:
        TransitionRefused: it was not on sale, nor waiting to be; nothing was written.
    """
    move(product, to=Product.State.UNLISTED, table=MAY_BECOME, version=F("version") + 1)
    screening.drop(product=product)
    bodies.forget(product.pk)
    return product


@transaction.atomic
def relist(*, product: Product, by: Person) -> Product:
    """Put a listing that was taken down back on sale; it is judged as if it were new.

    Raises:
        TransitionRefused: it was not taken down; nothing was written.
        NotTheirs: nothing was written.
    """
    product.refresh_from_db()
    if product.state != Product.State.UNLISTED:
        raise TransitionRefused(f"product {product.pk} is {product.state}, not taken down")
    return publish(product=product, by=by)
