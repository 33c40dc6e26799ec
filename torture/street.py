"""A street for the tortures: one vendor, sharers, and orders of every size."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from catalog.models import Product, StockMove, Variant
from kit import clock
from kit.money import BASIS_POINTS
from orders import paying
from orders.contacts import Contact
from orders.models import Order
from orders.placing import Wanted, place
from payments import destinations
from people.models import Person
from referrals import giving
from referrals.links import link_for
from referrals.models import Charity, Gives
from referrals.touches import Touch
from shops.models import Membership, Shop, Terms
from tests.provider import RunningProvider

HOME = Contact(
    name="周晓雨", phone="+8613800138000", region="陕西省 西安市 雁塔区", address="科技路 10 号"
)
ENOUGH = 1_000_000


@dataclass
class Street:
    """Who sells, who shares, and the provider through which they are paid."""

    rng: random.Random
    provider: RunningProvider
    vendor: Person
    shop: Shop
    sharers: list[Person]

    @classmethod
    def open(cls, provider: RunningProvider, *, seed: int, sharers: int = 3) -> Street:
        """Open a street of its own for this seed."""
        rng = random.Random(seed)
        name = f"{seed}-{uuid4().hex[:8]}"
        vendor = _person("陈姐", f"vendor-{name}")
        shop = Shop.objects.create(
            owner=vendor, handle=f"shop-{name}", name="山里的小店", trusted_at=clock.now()
        )
        Membership.objects.create(shop=shop, person=vendor, role=Membership.Role.OWNER)
        Terms.objects.create(
            shop=shop,
            commission_bp=rng.randint(1, 3000),
            shipping_minor=rng.choice([0, 1, 999, 1000]),
        )
        friends = [_person("林薇", f"sharer-{number}-{name}") for number in range(sharers)]
        return cls(rng, provider, vendor, shop, friends)

    def placed(self, *, through: Person | None = None, gives: str = Gives.KEEP) -> Order:
        """Have somebody buy something of some price through a sharer's link, anybody's if None.

        ``gives`` is what becomes of the gain: to a charity it is the street's own.
        """
        product = Product.objects.create(
            shop=self.shop, title="野花土蜂蜜", state="live", published_at=clock.now()
        )
        price_minor = self.rng.randint(1500, 99_999)
        variant = Variant.objects.create(
            product=product, name="500g", price_minor=price_minor, available=ENOUGH
        )
        StockMove.objects.create(
            variant=variant,
            kind=StockMove.Kind.ADJUSTED,
            key=f"first:{variant.pk}",
            available_change=ENOUGH,
            reserved_change=0,
        )
        quantity = self.rng.randint(1, 5)
        link = link_for(person=through or self.rng.choice(self.sharers), product=product)
        charity = self.charity() if gives == Gives.CHARITY else None
        giving.choose(link=link, gives=gives, charity=charity)
        goods_minor = price_minor * quantity
        gift_minor = goods_minor * self.shop.terms.commission_bp // BASIS_POINTS
        an_hour_ago = clock.now() - timedelta(hours=1)
        checkout = place(
            lines=[Wanted(variant.pk, quantity)],
            buyer=_person("周晓雨", f"shopper-{uuid4().hex}"),  # nobody may have many unpaid
            contact=HOME,
            checkout_key=uuid4().hex,
            touches=[Touch(uuid4(), link.pk, link.shop_id, an_hour_ago)],
            language="en",
            seen_total_minor=goods_minor
            + self.shop.terms.shipping_minor
            - (gift_minor if gives == Gives.BUYER else 0),
        )
        return Order.objects.select_related("shop__terms", "checkout__charge").get(
            checkout=checkout
        )

    def charity(self) -> Charity:
        """The one charity of this street."""
        number = f"STREET-{self.shop.pk}"
        names = {"name_zh": "山里小学图书角", "name_en": "Hill School Libraries"}
        return Charity.objects.get_or_create(registration=number, defaults=names)[0]

    def paid_at_provider(self, *, through: Person | None = None, gives: str = Gives.KEEP) -> Order:
        """An order whose buyer has paid, of which the house has heard nothing."""
        order = self.placed(through=through, gives=gives)
        paying.begin(order.checkout, base_url="http://testserver")
        order.checkout.charge.refresh_from_db()
        self.provider.ask("POST", f"/v1/charges/{order.checkout.charge.provider_ref}/pay")
        return order

    def paid(self, *, through: Person | None = None, gives: str = Gives.KEEP) -> Order:
        """An order that is paid."""
        order = self.paid_at_provider(through=through, gives=gives)
        paying.refresh(order.checkout.charge_id)
        order.refresh_from_db()
        return order


def _person(name: str, mail: str) -> Person:
    person = Person.objects.create_user(name=name, email=f"{mail}@torture.test")
    destinations.set_destination(person=person, identifier=f"wallet-{person.pk}", holder=name)
    return person
