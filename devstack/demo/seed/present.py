"""What a visitor finds today: listings on the moderators' desk, an open request, a filled bag."""

from __future__ import annotations

from typing import Final

from catalog import listing, photos, screening
from catalog.models import Hold, Rule
from devstack.demo import desk, kinds
from devstack.demo.seed.opening import HERE
from devstack.demo.seed.world import SHOPS, World
from moderation import deciding
from notifications import inbox
from orders import bags
from people import friendships
from referrals import charities, giving, links
from referrals.models import Gives

SENT_BACK: Final = "decanted-lipstick"
GIVEN_AWAY: Final = "cloud-tea"

# Of this street alone: the numbers are nobody's.
CHARITIES: Final = (
    charities.Names("山里小学图书角", "Hill School Libraries", "STREET-0001"),
    charities.Names("老树守护会", "Friends of Old Trees", "STREET-0002"),
)


def desk_fills_up(world: World) -> None:
    """Rules stop some listings; one of them was sent back once already."""
    moderator = world.people["desk"]
    for case in desk.WAITING:
        if case.key == SENT_BACK:
            _publish(world, case)
            hold = world.products[case.key].holds.waiting().get()
            deciding.send_back(hold=hold, moderator=moderator, reason=case.reason_zh)
        _publish(world, case)
        if not world.products[case.key].holds.waiting().exists():
            # No rule sees pictures yet: the moderators pulled this one themselves.
            rule = Rule.objects.get(code=case.rule)
            screening.hold(product=world.products[case.key], cause=Hold.Cause.RULE, rule=rule)


def life_goes_on(world: World) -> None:
    """Somebody wants to be the shopper's friend, and her bag is not empty."""
    for person in world.people.values():
        inbox.open_all(person_id=person.pk)  # everybody has read what came so far
    friendships.ask(sender=world.people["jun"], receiver=world.people["xiaoyu"])
    bag = bags.open_for(person=world.people["xiaoyu"], token=None)
    for key in ("scarf", "cloud-tea"):
        bags.add(bag=bag, variant=world.variants[key][0], quantity=1)


def something_is_given_away(world: World) -> None:
    """Two charities are listed; one friend's link gives to its buyers, another's to a charity."""
    schools, *_ = (charities.add(names=names, by=world.people["desk"]) for names in CHARITIES)
    for key, gives in (("jun", Gives.BUYER), ("sofia", Gives.CHARITY)):
        link = links.link_for(person=world.people[key], product=world.products[GIVEN_AWAY])
        giving.choose(link=link, gives=gives, charity=schools)


def _publish(world: World, case: kinds.ModerationCase) -> None:
    owner = world.people[SHOPS[case.shop].owner]
    taken = [
        photos.take(upload=(HERE / "pictures" / f"{key}.webp").read_bytes(), by=owner)
        for key in case.pictures
    ]
    draft = listing.save_draft(
        shop=world.shops[case.shop],
        product=world.products.get(case.key),
        title=case.title,
        description=case.description,
        commission_bp=None,
        category=None,
        variants=[
            listing.VariantInput(
                name=variant.name, price_minor=variant.price_minor, stock=variant.stock
            )
            for variant in case.variants
        ],
        photo_ids=[photo.pk for photo in taken],
    )
    world.products[case.key] = listing.publish(product=draft, by=owner)
