"""What the pages of a product and of a shop show; kept whole for visitors without an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Prefetch, Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import bodies, bought, explaining, naming, records, witnesses
from catalog.bodies import OTHERS_SHOWN, Body, forget, slot
from catalog.models import Category, Endorsement, ItemScore, Photo, Product, Variant
from people.models import Person
from shops.models import Follow, Shop
from shops.staff import Act, may

__all__ = [
    "Body",
    "bag_badge",
    "forget",
    "product_body",
    "product_page_data",
    "shop_body",
    "shop_page_data",
]

SHELF_SHOWN = 60
FACES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list, as the card part draws it."""

    path: str
    title: str
    photo: Photo | None
    price_minor: int
    price_from: bool
    currency: str
    fact: str
    person: Person | None = None
    why: str = ""


def product_body(
    public_id: str,
    *,
    language: str,
    look: str = "",
    seconds: float = 0.0,
    fetched: bytes | None = None,
) -> Body | None:
    """Return a product's whole page with its slots open, or None when it is not on sale.

    Slots: those of ``bodies.SLOTS``. Facts: ``product_id``, ``shop_id``, ``version``. What
    ``seconds`` and ``fetched`` are, ``bodies.kept`` says.
    """
    key = bodies.product_key(public_id, language, look)

    def write() -> Body | None:
        return _write_product(public_id, language, look)

    return bodies.kept(key, write, seconds=seconds, fetched=fetched)


def shop_body(
    handle: str, *, language: str, look: str = "", category: str = "", number: int = 1
) -> Body | None:
    """Return a shop's whole page with its slots open, or None when no such shop is open.

    A shelf narrowed to one category, and the pages far down a long one, are written each time.

    Args:
        handle: the shop's name in addresses.
        language: the reader's.
        look: light, dark, or empty for the device's own.
        category: the slug of the only kind of goods to show.
        number: which page of the shelf, from 1; one too high gives the last.
    """

    def whole() -> Body | None:
        return _write_shop(handle, language, look, category, number)

    if category or number > bodies.PAGES_KEPT:
        return whole()
    return bodies.kept(bodies.shop_key(handle, language, look, number=number), whole)


def bag_badge(count: str, *, language: str) -> str:
    """Return what slot ``bag`` shows: ``count`` on the bag's icon, nothing for an empty bag."""
    if not count:
        return ""
    with translation.override(language):
        return render_to_string("catalog/_bag_badge.html", {"count": count}).strip()


def _write_product(public_id: str, language: str, look: str) -> Body | None:
    product = Product.objects.on_sale().filter(public_id=public_id).first()
    if product is None:
        return None
    data = product_page_data(product)
    facts = {"product_id": product.pk, "shop_id": product.shop_id, "version": product.version}
    return _written("catalog/product.html", data, facts, language, look)


def _write_shop(handle: str, language: str, look: str, category: str, number: int) -> Body | None:
    shop = Shop.objects.open().filter(handle=handle).first()
    if shop is None:
        return None
    with translation.override(language):
        data = shop_page_data(shop, category=category, number=number)
    return _written("catalog/shop.html", data, {"shop_id": shop.pk}, language, look)


def _written(
    template: str,
    data: dict[str, Any],
    facts: dict[str, int],
    language: str,
    look: str,
) -> Body:
    """Write a page as a visitor without account sees it, with every slot marked."""
    page = data | {
        "demo": settings.DEMO,
        "tells_stock": False,  # a number on a kept page would be up to a minute old
        "base_url": settings.BASE_URL,
        "help_email": settings.HELP_EMAIL,
        "look": look,
        "csrf_token": slot("csrf"),
        "page_title": slot("title"),
        "head_lines": slot("head"),
        "bag_badge": slot("bag"),
        "friend": slot("friend"),
        "disclosure": slot("disclosure"),
    }
    with translation.override(language):
        html = render_to_string(template, page)
    return bodies.split(html, preset={"title": escape(data["page_title"])}, facts=facts)


def product_page_data(product: Product, *, viewer: Person | None = None) -> dict[str, Any]:
    """Return what ``catalog/product.html`` shows of a product to one reader.

    The door adds what only it knows: ``friend``, ``disclosure``, ``head_lines`` and
    ``bag_badge``, each a piece of safe HTML. About ten statements.
    """
    shop = Shop.objects.select_related("terms").get(pk=product.shop_id)
    variants = [variant for variant in product.variants.all() if variant.is_offered]
    said = witnesses.seen_by(viewer, product.pk)
    have_it = _friends_who_have_it(said, bought.friends_who_bought(viewer, product.pk))
    return {
        "product": product,
        "page_title": product.title,
        "path": f"/p/{product.public_id}",
        "shop": shop,
        "terms": shop.terms,
        "photos": list(product.photos.all()),
        "variants": variants,
        "chosen": _first_in_stock(variants),
        "tells_stock": True,
        "is_sold_out": not any(variant.available for variant in variants),
        **_prices(variants),
        "pays_sharers": _rate_bp(product, shop) > 0,
        "brands": naming.shown_of(product),
        "endorsements": said,
        "friends_of_friends": explaining.explain(viewer, said),
        "standing": ItemScore.objects.filter(pk=product.pk).first(),
        "friends_bought": have_it[:FACES_SHOWN],
        "friends_bought_count": len(have_it),
        "products_count": Product.objects.on_sale().filter(shop=shop).count(),
        "others": others_of(product, shop),
    }


def _friends_who_have_it(said: list[Endorsement], silent: list[Person]) -> list[Person]:
    """Return friends who kept it: those who spoke, and those who let friends know."""
    spoke = {one.person_id: one.person for one in said if one.from_friend and one.is_verified}
    return list((spoke | {person.pk: person for person in silent}).values())


def _rate_bp(product: Product, shop: Shop) -> int:
    own_rate_bp = product.commission_bp
    return shop.terms.commission_bp if own_rate_bp is None else own_rate_bp


def _first_in_stock(variants: list[Variant]) -> Variant | None:
    return next((variant for variant in variants if variant.available), None)


def _prices(variants: list[Variant]) -> dict[str, Any]:
    """Return the lowest price that can be paid now, and whether there are higher ones."""
    in_stock = [variant.price_minor for variant in variants if variant.available]
    prices = in_stock or [variant.price_minor for variant in variants] or [0]
    return {"price_minor": min(prices), "price_from": min(prices) != max(prices)}


def shop_page_data(
    shop: Shop, *, viewer: Person | None = None, category: str = "", number: int = 1
) -> dict[str, Any]:
    """Return what ``catalog/shop.html`` shows of a shop to one reader.

    Of its shelf, or of the part that is of one category, the page of this ``number``.
    """
    on_sale = Product.objects.on_sale().filter(shop=shop)
    categories = list(Category.objects.filter(pk__in=on_sale.values("category")))
    chosen = next((one for one in categories if one.slug == category), None)
    shown = on_sale if chosen is None else on_sale.filter(category=chosen)
    page = Paginator(_newest_first(shown), SHELF_SHOWN).get_page(number)
    said = witnesses.shop_witnesses(viewer, shop.pk)
    recommended = [one for one in said if one.from_friend and one.recommends]
    friends = {one.person_id: one.person for one in recommended}
    runs = viewer is not None and shop.memberships.filter(person=viewer).exists()
    return {
        "shop": shop,
        "page_title": shop.name,
        "path": f"/{shop.handle}",
        "cards": [_card(product, shop) for product in page],
        "page": page,
        "categories": categories if len(categories) > 1 else [],
        "category": chosen,
        "endorsements": said,
        "disliked": records.disliked_in(shop.pk),
        "friends": list(friends.values())[:FACES_SHOWN],
        "friends_count": len(friends),
        "followers": Follow.objects.filter(shop=shop).count(),
        "follows": viewer is not None and shop.follows.filter(person=viewer).exists(),
        "runs": runs,
        "edits": runs and viewer is not None and may(viewer, Act.EDIT_SHOP, shop),
    }


def others_of(product: Product, shop: Shop) -> list[Card]:
    """Return the cards of the newest things that stand below a product in its shop."""
    beside = Product.objects.on_sale().filter(shop=shop).exclude(pk=product.pk)
    return [_card(other, shop) for other in _newest_first(beside)[:OTHERS_SHOWN]]


def _newest_first(products: models.QuerySet[Product]) -> models.QuerySet[Any]:
    """Return products with what their cards show, the newest first."""
    return (
        products.annotate(
            spoken_for=Count(
                "endorsements",
                filter=Q(
                    endorsements__withdrawn_at=None,
                    endorsements__visibility=Endorsement.Visibility.EVERYONE,
                    endorsements__verdict=Endorsement.Verdict.YES,
                    endorsements__receipt__returned_at=None,
                    endorsements__person__is_active=True,
                ),
            )
        )
        .prefetch_related("photos", Prefetch("variants", Variant.objects.filter(is_offered=True)))
        .order_by("-published_at", "-pk")
    )


def _card(product: Any, shop: Shop) -> Card:
    variants = list(product.variants.all())
    fact = ""
    if not any(variant.available for variant in variants):
        fact = _("Sold out")
    elif product.spoken_for:
        fact = ngettext("%(count)d recommends it", "%(count)d recommend it", product.spoken_for) % {
            "count": product.spoken_for
        }
    return Card(
        path=f"/p/{product.public_id}",
        title=product.title,
        photo=next(iter(product.photos.all()), None),
        currency=shop.currency,
        fact=fact,
        **_prices(variants),
    )
