"""The first days: people arrive and make friends, shops open, shelves are filled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from catalog import listing, photos
from catalog.models import Category, Photo
from devstack.demo import cast, catalogue, kinds
from devstack.demo.seed.world import PRODUCTS, SHOPS, World
from moderation import deciding
from payments import destinations
from people import avatars, friendships
from people.models import Person, StaffRole
from shops import following, opening

HERE = Path(__file__).resolve().parent.parent

FRIENDS = (
    *(("xiaoyu", friend) for friend in ("linwei", "hao", "mei", "sofia")),
    *(("linwei", friend) for friend in ("hao", "mei", "grace", "chen", "sofia")),
    ("hao", "zhou"),
    ("hao", "jun"),
    ("jun", "zhou"),
    ("grace", "sofia"),
    ("mei", "sofia"),
    ("mei", "tang"),
    ("tang", "wen"),
    ("tang", "jun"),
    ("wen", "chen"),
    ("wen", "linwei"),
)
FOLLOWS = (
    *(("xiaoyu", handle) for handle in ("shanli", "ahao", "grace")),
    *(("linwei", handle) for handle in ("shanli", "tianpu", "wanju", "xiaoyu")),
    ("sofia", "grace"),
    ("jun", "laozhou"),
    ("hao", "laozhou"),
    ("grace", "xiaoyu"),
)


def people_arrive(world: World) -> None:
    """Everybody signs up with a face, a name and a line about themselves."""
    for number, person in enumerate(catalogue.PEOPLE):
        row = Person.objects.create_user(
            name=person.name,
            email=cast.address_of(person.key),
            phone=f"+86138001380{number:02d}",
            phone_verified_at=world.present,
            intro=person.about,
            language=person.language.lower(),
        )
        avatars.set_avatar(person=row, data=(HERE / "people" / f"{person.key}.webp").read_bytes())
        world.people[person.key] = row
    for role in (StaffRole.Role.MODERATOR, StaffRole.Role.FINANCE):
        StaffRole.objects.create(person=world.people["desk"], role=role)


def friends_are_made(world: World) -> None:
    """Some ask, the others accept; one request stays open for the visitor to answer."""
    for one, other in FRIENDS:
        request = friendships.ask(sender=world.people[one], receiver=world.people[other])
        friendships.accept(request_id=request.pk, receiver=world.people[other])
        world.friends.add(frozenset({one, other}))
    for key, person in world.people.items():
        if key != "desk":
            destinations.set_destination(
                person=person, identifier=f"sandbox-{key}", holder=person.name
            )


def shops_open(world: World) -> None:
    """Eight people open their shops and say what they are."""
    for shop in catalogue.SHOPS:
        row = opening.open_shop(
            owner=world.people[shop.owner],
            name=shop.name,
            handle=shop.handle,
            theme=shop.theme,
            language=shop.language.lower(),
        )
        row.sentence, row.story, row.place = shop.sentence, shop.story, shop.place
        row.avatar = world.people[shop.owner].avatar
        row.save(update_fields=["sentence", "story", "place", "avatar"])
        world.shops[shop.handle] = row


def followers_come(world: World) -> None:
    """People follow the shops they like."""
    for key, handle in FOLLOWS:
        following.follow(person=world.people[key], shop=world.shops[handle])


def shelves_are_filled(world: World, *, tell: Callable[[str], None]) -> None:
    """Each shop lists its first product, waits for the moderator, then lists the rest."""
    pictures = _pictures_taken(world, tell=tell)
    categories = {category.name_zh: category for category in Category.objects.all()}
    moderator = world.people["desk"]
    for product in catalogue.PRODUCTS:
        row = listing.save_draft(
            shop=world.shops[product.shop],
            product=None,
            title=product.title,
            description=product.description,
            commission_bp=product.rate_bp,
            category=categories.get(product.category),
            variants=[
                listing.VariantInput(
                    name=variant.name, price_minor=variant.price_minor, stock=variant.stock * 3
                )
                for variant in product.variants
            ],
            photo_ids=[photo.pk for photo in pictures[product.key]],
        )
        owner = world.people[SHOPS[product.shop].owner]
        row = listing.publish(product=row, by=owner)
        for hold in row.holds.waiting():
            deciding.approve(hold=hold, moderator=moderator)
            row.refresh_from_db()
        world.products[product.key] = row
        world.variants[product.key] = list(row.variants.all())


def _pictures_taken(world: World, *, tell: Callable[[str], None]) -> dict[str, list[Photo]]:
    """Store every picture; two threads, because decoding and encoding leave Python's lock."""
    wanted = [(product, picture) for product in PRODUCTS.values() for picture in product.pictures]
    done: dict[str, list[Photo]] = {key: [] for key in PRODUCTS}

    def take(pair: tuple[kinds.Product, kinds.Picture]) -> Photo:
        product, picture = pair
        shop = SHOPS[product.shop]
        try:
            return photos.take(
                upload=(HERE / "pictures" / f"{picture.key}.webp").read_bytes(),
                by=world.people[shop.owner],
                alt=picture.alt_en if shop.language == "en" else picture.alt_zh,
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for count, (pair, photo) in enumerate(zip(wanted, pool.map(take, wanted), strict=True), 1):
            done[pair[0].key].append(photo)
            if count % 20 == 0:
                tell(f"pictures {count} of {len(wanted)}")
    return done
