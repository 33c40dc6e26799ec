"""A shop's sign and terms as its shoppers see them: what changes is on every page at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F

from catalog import bodies, words
from catalog.models import Product
from kit.locks import locked
from people.models import Person
from shops import changing
from shops.models import Shop, Terms


@transaction.atomic
def change_sign(*, shop: Shop, sign: Mapping[str, Any], by: Person) -> None:
    """Write a shop's sign; its goods are found by the new name from now on."""
    stored = locked(Shop.objects.filter(pk=shop.pk))[0]
    if stored.name != sign["name"]:
        goods = _goods_of(shop)
        goods.update(search=words.renamed(shop_name=sign["name"]))
    bodies.forget_shop(shop.pk)
    changing.change_sign(shop=shop, sign=sign, by=by)


@transaction.atomic
def change_terms(*, shop: Shop, terms: Mapping[str, Any], by: Person) -> None:
    """Write a shop's terms; whoever read a product under the old ones is asked to look again."""
    stored = locked(Terms.objects.filter(shop=shop))[0]
    if any(getattr(stored, name) != terms[name] for name in changing.TERMS):
        _goods_of(shop).update(version=F("version") + 1)
        bodies.forget_shop(shop.pk)
    changing.change_terms(shop=shop, terms=terms, by=by)


def set_avatar(*, shop: Shop, upload: UploadedFile) -> None:
    """Make the uploaded picture the shop's face.

    Raises:
        NotAPicture, TooLarge, TooManyPixels: of ``kit.pictures``; nothing was written.
    """
    changing.set_avatar(shop=shop, upload=upload)
    bodies.forget_shop(shop.pk)


def _goods_of(shop: Shop) -> Any:
    """Return every product of a shop, locked in one order so that no two jobs form a circle."""
    return Product.objects.filter(
        pk__in=[product.pk for product in locked(Product.objects.filter(shop=shop).only("pk"))]
    )
