"""Placing: a bag becomes orders, in one transaction, once for each press of *pay*."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from catalog import stock
from catalog.models import Product, Variant
from kit import clock
from kit.locks import one_at_a_time
from kit.public_ids import public_id
from orders import bags, circle_joining, contacts
from orders.contacts import Contact
from orders.models import Bag, Checkout, CircleOrder, Order, OrderLine
from orders.sums import shipping_minor
from payments import charging
from people.models import Person
from referrals import attribution, doorsteps, fingerprints
from referrals.models import Attribution, Commission
from referrals.touches import Touch
from shops.models import Shop

# Long enough to find the phone and pay, short enough that nobody waits for dead stock.
TIME_TO_PAY = timedelta(minutes=30)

# Enough for a family's shopping in several windows, too few to keep a shop's stock away
# from everybody else without paying.
MOST_UNPAID = 5


class NothingToBuy(Exception):
    """The bag is empty, or another window has just bought what was in it."""


class OutOfStock(Exception):
    """Fewer pieces of ``variant`` are left than were to be bought; nothing was written."""

    def __init__(self, variant: Variant) -> None:
        super().__init__(variant.pk)
        self.variant = variant


class TooManyUnpaid(Exception):
    """The shopper lets as many checkouts wait for payment as one may; nothing was written."""


class PriceMoved(Exception):
    """The total is no longer what the shopper saw; nothing was written."""

    def __init__(self, *, seen_minor: int, now_minor: int) -> None:
        super().__init__(seen_minor, now_minor)
        self.seen_minor = seen_minor
        self.now_minor = now_minor


class MixedCurrencies(Exception):
    """One payment cannot be in two currencies; nothing was written."""


class KeyOfAnother(Exception):
    """The checkout key belongs to another checkout; nothing was written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of one variant."""

    variant_id: int
    quantity: int


@dataclass(slots=True)
class _Item:
    key: str
    variant: Variant
    quantity: int
    earned: Commission | None = None

    @property
    def full_minor(self) -> int:
        return self.variant.price_minor * self.quantity

    @property
    def given_minor(self) -> int:
        if self.earned is None or self.earned.state != Commission.State.GIVEN:
            return 0
        return self.earned.amount_minor

    @property
    def total_minor(self) -> int:
        return self.full_minor - self.given_minor


@dataclass(slots=True)
class _Parcel:
    """What becomes one order: everything wanted of one shop."""

    shop: Shop
    order_id: str = field(default_factory=public_id)
    items: list[_Item] = field(default_factory=list)
    brought: Attribution | None = None

    @property
    def goods_minor(self) -> int:
        return sum(item.total_minor for item in self.items)

    @property
    def shipping_minor(self) -> int:
        # A gift makes nothing dearer: what is sent free for its price stays free.
        return shipping_minor(self.shop.terms, sum(item.full_minor for item in self.items))

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.shipping_minor


@dataclass(frozen=True, slots=True)
class _Purchase:
    buyer: Person | None
    contact: Contact
    touches: Sequence[Touch]
    language: str
    at: datetime
    tells_name: Collection[str]
    together: CircleOrder | None


@transaction.atomic
def place(  # noqa: PLR0913 -- the facts of one purchase, each from another place
    *,
    lines: Sequence[Wanted],
    buyer: Person | None,
    contact: Contact,
    checkout_key: str,
    touches: Iterable[Touch],
    language: str,
    seen_total_minor: int,
    bag: Bag | None = None,
    tells_name: Collection[str] = (),
    together: CircleOrder | None = None,
) -> Checkout:
    """Place one order in each shop of ``lines``, or return what this key already placed.

    Sent again with the same key, only the name and the note are taken over, as long as it is
    unpaid: who brought the order was judged by the phone, the mailbox and the door.

    Args:
        lines: what is bought.
        buyer: None for a guest.
        contact: where it goes.
        checkout_key: made by the form, so that five taps place one checkout.
        touches: the share links the buyer's browser can prove.
        language: what the buyer reads, for letters and the provider's page.
        seen_total_minor: what the button said.
        bag: where the lines leave from; None when they come from no bag.
        tells_name: public ids of those who, if they brought the buyer, may learn who bought.
        together: the circle order it is part of, whose pickup point ``contact`` names.

    Raises:
        NothingToBuy: there are no lines, or they left the bag a moment ago.
        bags.NotForSale: a variant was taken down, or its shop closed.
        bags.OwnGoods: the buyer works in one of the shops.
        MixedCurrencies: the shops sell in different currencies.
        TooManyUnpaid: five checkouts of this shopper wait for their payment.
        PriceMoved: the total differs from what was seen.
        OutOfStock: fewer pieces are left.
        KeyOfAnother: the key was used by somebody else, for another amount, or for goods
            that go to another phone, mailbox or door.
        circle_joining.NotOpen, NotInTheCircle, OtherGoods: as they say, of ``together``.
    """
    one_at_a_time(f"checkout:{checkout_key}")
    placed = Checkout.objects.select_related("charge").filter(key=checkout_key).first()
    if placed is not None:
        return _again(placed, buyer=buyer, contact=contact, seen_total_minor=seen_total_minor)
    bags.lock(bag.pk if bag is not None else None)
    _refuse_hoarding(buyer=buyer, bag=bag)
    parcels = _parcels(lines, buyer=buyer)
    if together is not None:
        ids = {item.variant.product_id for parcel in parcels for item in parcel.items}
        together = circle_joining.hold(together, buyer=buyer, product_ids=ids)
    purchase = _Purchase(buyer, contact, list(touches), language, clock.now(), tells_name, together)
    _freeze(parcels, purchase)
    total_minor = sum(parcel.total_minor for parcel in parcels)
    if total_minor != seen_total_minor:
        raise PriceMoved(seen_minor=seen_total_minor, now_minor=total_minor)
    if bag is not None and not bags.take_out(bag=bag, variant_ids=_variant_ids(parcels)):
        raise NothingToBuy
    _reserve(parcels)
    checkout = _open_checkout(parcels, purchase, key=checkout_key, bag=bag)
    for parcel in parcels:
        _write_order(parcel, purchase, checkout)
    return checkout


def _again(
    placed: Checkout, *, buyer: Person | None, contact: Contact, seen_total_minor: int
) -> Checkout:
    buyer_id = buyer.pk if buyer is not None else None
    if placed.buyer_id != buyer_id or placed.charge.amount_minor != seen_total_minor:
        raise KeyOfAnother
    order = Order.objects.filter(checkout=placed).order_by("pk")[0]
    if _judged_by(contacts.of(order)) != _judged_by(contact):
        raise KeyOfAnother
    Order.objects.filter(checkout=placed, state=Order.State.PLACED).update(**_columns(contact))
    return placed


def _judged_by(contact: Contact) -> tuple[frozenset[str], str]:
    """Return what the rules of attribution compare of a contact."""
    reached = fingerprints.of(phone=contact.phone, email=contact.email)
    return reached, fingerprints.of_door(f"{contact.region} {contact.address}")


def _refuse_hoarding(*, buyer: Person | None, bag: Bag | None) -> None:
    if buyer is not None:
        one_at_a_time(f"unpaid:{buyer.pk}")  # a guest's bag is locked, and stands for the guest
    mine = Q(buyer=buyer) if buyer is not None else Q(bag=bag, buyer=None)
    if buyer is None and bag is None:
        return
    unpaid = Checkout.objects.filter(mine, orders__state=Order.State.PLACED).distinct()
    if unpaid.count() >= MOST_UNPAID:
        raise TooManyUnpaid


def _parcels(lines: Sequence[Wanted], *, buyer: Person | None) -> list[_Parcel]:
    quantities: dict[int, int] = {}
    for wanted in lines:
        quantities[wanted.variant_id] = quantities.get(wanted.variant_id, 0) + wanted.quantity
    if not quantities:
        raise NothingToBuy
    variants = (
        Variant.objects.filter(pk__in=quantities, is_offered=True)
        .filter(product__in=Product.objects.on_sale())
        .select_related("product__shop__terms")
        .prefetch_related("product__photos")
    )
    by_shop: dict[int, _Parcel] = {}
    for variant in sorted(variants, key=lambda variant: variant.pk):
        parcel = by_shop.setdefault(variant.product.shop_id, _Parcel(variant.product.shop))
        key = f"{parcel.order_id}-{len(parcel.items) + 1}"
        parcel.items.append(_Item(key, variant, quantities.pop(variant.pk)))
    if quantities:
        raise bags.NotForSale(min(quantities))
    _refuse_unfit(by_shop, buyer=buyer)
    return list(by_shop.values())


def _refuse_unfit(by_shop: dict[int, _Parcel], *, buyer: Person | None) -> None:
    if len({parcel.shop.currency for parcel in by_shop.values()}) > 1:
        raise MixedCurrencies
    if buyer is not None and Shop.objects.run_by(buyer).filter(pk__in=by_shop).exists():
        raise bags.OwnGoods


def _variant_ids(parcels: list[_Parcel]) -> set[int]:
    return {item.variant.pk for parcel in parcels for item in parcel.items}


def _reserve(parcels: list[_Parcel]) -> None:
    items = [item for parcel in parcels for item in parcel.items]
    # In one order, so that two checkouts of the same goods wait but never in a circle.
    for item in sorted(items, key=lambda item: item.variant.pk):
        try:
            stock.reserve(
                variant_id=item.variant.pk,
                quantity=item.quantity,
                key=f"line:{item.key}:reserved",
            )
        except stock.OutOfStock as fact:
            raise OutOfStock(item.variant) from fact


def _open_checkout(
    parcels: list[_Parcel], purchase: _Purchase, *, key: str, bag: Bag | None
) -> Checkout:
    items = [item for parcel in parcels for item in parcel.items]
    more = f" +{len(items) - 1}" if len(items) > 1 else ""
    charge = charging.start(
        amount_minor=sum(parcel.total_minor for parcel in parcels),
        currency=parcels[0].shop.currency,
        description=f"{items[0].variant.product.title[:100]}{more}",
        language=purchase.language,
        return_path="/pay/back",
    )
    return Checkout.objects.create(
        key=key,
        charge=charge,
        buyer=purchase.buyer,
        bag=bag,
        placed_at=purchase.at,
        closes_at=purchase.at + TIME_TO_PAY,
    )


def _write_order(parcel: _Parcel, purchase: _Purchase, checkout: Checkout) -> None:
    order = Order.objects.create(
        public_id=parcel.order_id,
        checkout=checkout,
        shop=parcel.shop,
        buyer=purchase.buyer,
        attribution=parcel.brought,
        language=purchase.language,
        currency=parcel.shop.currency,
        goods_minor=parcel.goods_minor,
        shipping_minor=parcel.shipping_minor,
        total_minor=parcel.total_minor,
        placed_at=purchase.at,
        **_columns(purchase.contact),
    )
    if purchase.together is not None:
        circle_joining.keep(purchase.together, order)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            key=item.key,
            product=item.variant.product,
            variant=item.variant,
            commission=item.earned,
            title=item.variant.product.title,
            variant_name=item.variant.name,
            photo_name=_photo_name(item.variant),
            unit_price_minor=item.variant.price_minor,
            quantity=item.quantity,
            total_minor=item.total_minor,
            given_minor=item.given_minor,
        )
        for item in parcel.items
    )


def _freeze(parcels: Sequence[_Parcel], purchase: _Purchase) -> None:
    """Decide who brought them, and with that, once and for ever, what they take off the price.

    Before the total is looked at, so that a gift and the commission instead of it can never
    both be; a total that was not the one seen takes all of it back.
    """
    contact = purchase.contact
    in_turn = sorted(parcels, key=lambda parcel: parcel.shop.pk)  # as every checkout locks
    # A pickup point is nobody's door, and says nothing of who shares a home with whom.
    for parcel in in_turn if purchase.together is None else []:
        doorsteps.note(
            order_key=parcel.order_id,
            person_id=purchase.buyer.pk if purchase.buyer is not None else None,
            address=f"{contact.region} {contact.address}",
            at=purchase.at,
        )
    brought = attribution.freeze(orders=[_to_attribute(parcel, purchase) for parcel in in_turn])
    for parcel in in_turn:
        parcel.brought = brought.get(parcel.order_id)
        if parcel.brought is not None:
            earned = {one.line_key: one for one in parcel.brought.commissions.all()}
            for item in parcel.items:
                item.earned = earned.get(item.key)


def _to_attribute(parcel: _Parcel, purchase: _Purchase) -> attribution.NewOrder:
    contact = purchase.contact
    return attribution.NewOrder(
        order_key=parcel.order_id,
        shop=parcel.shop,
        buyer=purchase.buyer,
        fingerprints=fingerprints.of(phone=contact.phone, email=contact.email),
        touches=purchase.touches,
        lines=[
            attribution.LineToEarn(item.key, item.variant.product_id, item.full_minor)
            for item in parcel.items
        ],
        currency=parcel.shop.currency,
        at=purchase.at,
        tells_name=purchase.tells_name,
    )


def _columns(contact: Contact) -> dict[str, str]:
    return {
        "contact_name": contact.name,
        "phone": contact.phone,
        "email": contact.email,
        "region": contact.region,
        "address": contact.address,
        "note": contact.note,
    }


def _photo_name(variant: Variant) -> str:
    photo = next(iter(variant.product.photos.all()), None)
    return photo.name if photo is not None else ""
