"""Scenes: opened and tended by moderators, filled by vendors with their own goods."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from audit.recording import record
from catalog.models import Product, Scene, ScenePlace
from kit import clock
from kit.locks import one_at_a_time
from notifications.telling import tell
from people.models import Person
from shops.staff import Act, may

# A scene is a street, not one shop's window.
MOST_OF_A_SHOP = 5


class NotTheirs(Exception):
    """The person may not list products in this product's shop."""


class SceneOver(Exception):
    """It is not, or no longer, the time of this scene."""


class TakenOut(Exception):
    """A moderator took this product out of this scene."""


class ShopIsFull(Exception):
    """Five products of this shop stand in the scene already."""


class NotOnSale(Exception):
    """The product cannot be bought now."""


@dataclass(frozen=True, slots=True)
class SceneInput:
    """A scene as a moderator writes it; days are included, and may be open."""

    name_zh: str
    name_en: str
    words_zh: str = ""
    words_en: str = ""
    first_day: date | None = None
    last_day: date | None = None
    position: int = 0
    is_open: bool = True


def today() -> date:
    """Return the day it is where the house stands, by which scenes begin and end."""
    return timezone.localtime(clock.now()).date()


@transaction.atomic
def write(*, scene: Scene | None, written: SceneInput, by: Person) -> Scene:
    """Open a scene, or change one; who did it is kept for good."""
    fields = asdict(written)
    if scene is None:
        scene = Scene.objects.create(**fields)
    else:
        Scene.objects.filter(pk=scene.pk).update(**fields)
        scene.refresh_from_db()
    record(
        actor=f"person:{by.pk}",
        act="scene.written",
        subject=f"scene:{scene.pk}",
        after={name: str(value) for name, value in fields.items()},
    )
    return scene


@transaction.atomic
def put_in(*, scene: Scene, product: Product, by: Person) -> ScenePlace:
    """Put a product of one's shop into a scene; putting it in twice is putting it in once.

    Raises:
        NotTheirs, SceneOver, NotOnSale, TakenOut, ShopIsFull: nothing was written.
    """
    if not may(by, Act.LIST_PRODUCTS, product.shop):
        raise NotTheirs
    if not Scene.objects.on(today()).filter(pk=scene.pk).exists():
        raise SceneOver
    if not Product.objects.on_sale().filter(pk=product.pk).exists():
        raise NotOnSale
    one_at_a_time(f"scene:{scene.pk}:{product.shop_id}")
    place = ScenePlace.objects.filter(scene=scene, product=product).first()
    if place is not None and place.removed_at is not None:
        raise TakenOut
    if place is not None:
        return place
    standing = ScenePlace.objects.filter(
        scene=scene, product__shop=product.shop, removed_at__isnull=True
    )
    if standing.count() >= MOST_OF_A_SHOP:
        raise ShopIsFull
    return ScenePlace.objects.create(scene=scene, product=product, put_in_by=by)


def take_out(*, scene: Scene, product: Product, by: Person) -> None:
    """Take a product of one's shop out of a scene, if it stands there.

    Raises:
        NotTheirs: nothing was written.
    """
    if not may(by, Act.LIST_PRODUCTS, product.shop):
        raise NotTheirs
    ScenePlace.objects.filter(scene=scene, product=product, removed_at__isnull=True).delete()


@transaction.atomic
def remove(*, place: ScenePlace, reason: str, by: Person) -> bool:
    """Take a product out of a scene as a moderator, for good; its shop is told why.

    Returns:
        Whether this call did it; it may have been out already.
    """
    standing = ScenePlace.objects.filter(pk=place.pk, removed_at__isnull=True)
    if not standing.update(removed_at=clock.now(), reason=reason):
        return False
    scene, product = place.scene, place.product
    tell(
        person_id=product.shop.owner_id,
        kind="scene_removed",
        key=f"place:{place.pk}",
        data={"product": product.title, "reason": reason},
        path=f"/shop/scenes/{scene.public_id}",
    )
    record(
        actor=f"person:{by.pk}",
        act="scene.product_removed",
        subject=f"scene:{scene.pk}",
        after={"product": product.pk, "reason": reason},
    )
    return True
