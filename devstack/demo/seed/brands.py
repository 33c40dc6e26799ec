"""A brand whose owner says who may sell it, and one that waits for a moderator."""

from __future__ import annotations

from datetime import timedelta

from catalog import authorising, brand_reading, brands
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.models import Brand
from devstack.demo.seed.world import World
from kit import clock

# Of this street alone: the numbers are nobody's.
CLOUD = BrandInput("明前云雾", "First Cloud", [], "CNIPA", "STREET-1001", Brand.Policy.MARK)
TWO_TONE = BrandInput("撞色", "Two Tone", [], "CNIPA", "STREET-1002", Brand.Policy.MARK)


def brands_are_registered(world: World) -> None:
    """Chen's tea has a name of its own, which her shop carries; of Hao's nobody has decided."""
    chen, now = world.people["chen"], clock.now()
    brand = brands.register(owner=chen, written=CLOUD)
    brands.verify(brand=brand, moderator=world.people["desk"])
    scope = Scope(starts_at=now, ends_at=now + timedelta(days=365), areas=["陕西"])
    authorising.issue(brand=brand, shop=world.shops["shanli"], scope=scope, by=chen)
    brand_reading.read(brand.pk)
    brands.register(owner=world.people["hao"], written=TWO_TONE)
