"""A small world made by the rooms' own jobs, with something to show on every page.

``build`` runs in the test's own database for the walk, and by ``manage.py shell`` in the running
house's database for the browser. Chen sells honey and Jun packs it; Hao has a shop that nobody has
looked at yet; Lin Wei shares the honey, Xiaoyu buys it, Wu Lan moderates.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import httpx
from django.conf import settings
from django.test import Client
from PIL import Image

from catalog import (
    authorising,
    brands,
    circle_picks,
    endorsing,
    listing,
    photos,
    replying,
    scenes,
    wishing,
)
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.models import Product
from discovery import asking, directory
from kit import clock
from ledger import accounts
from moderation import deciding
from notifications.models import Notice
from orders import bags, circle_orders, fulfilment, paying, placing, refunds
from orders.contacts import Contact
from orders.links import signed_path
from orders.models import Order
from payments import destinations, payouts
from people import circle_places, circles, friendships
from people.models import Circle, Person, StaffRole
from referrals import charities, commissions, links
from referrals.models import Review, ShareLink
from referrals.touches import Touch
from shops import opening, staff
from shops.models import Shop
from tests.passkeys import sign_in_twice

HOME = Contact(
    name="周晓雨", phone="+8613800138000", region="陕西省 西安市 雁塔区", address="科技路 10 号"
)
NAMES = {
    "chen": "陈姐",
    "hao": "阿浩",
    "jun": "小军",
    "linwei": "林薇",
    "xiaoyu": "周晓雨",
    "wulan": "吴岚",
    "sofia": "Sofia",
}


@dataclass
class World:
    """Where everything is: who may sign in by which cookie, and the ids that pages are made of."""

    sessions: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    variants: dict[str, int] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    order_ids: dict[str, str] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    brands: dict[str, str] = field(default_factory=dict)
    circles: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    pick: str = ""
    certificate: str = ""
    circle_code: str = ""
    together: dict[str, str] = field(default_factory=dict)
    scene: str = ""
    wish_list: str = ""
    question: str = ""
    link: str = ""
    charity: str = ""
    review: str = ""
    line_key: str = ""


def as_json() -> str:
    """Build the world and return it as one line, for whoever asked from another process."""
    return json.dumps(asdict(build()))


def build() -> World:
    """Build everything; the provider must be running."""
    world, tag = World(), uuid4().hex[:6]
    cast = _people(world, tag)
    with clock.stopped_at(clock.now() - timedelta(days=40)):
        shop = _chens_shop(world, cast, tag)
        _friends(cast)
    _a_month_of_trade(world, cast, shop)
    _orders_in_every_state(world, cast)
    _haos_shop(world, cast, tag)
    _haos_brands(world, cast, shop, tag)
    _on_the_way(world, cast)
    _a_charity(world, cast, tag)
    _circles(world, cast)
    _words(world, cast)
    _scene_and_wishes(world, cast)
    _ordered_together(world, cast)
    return world


def _ordered_together(world: World, cast: dict[str, Person]) -> None:
    """The open circle orders Chen's honey together; the other one waits for the shop."""
    honey = Product.objects.get(public_id=world.products["honey"])
    for key, circle_id in world.circles.items():
        row = circle_orders.ask(
            circle=Circle.objects.get(public_id=circle_id),
            host=cast["linwei"],
            product=honey,
            pickup=circle_orders.Pickup(HOME.region, "小区东门", "周六上午", "+8613900139000"),
            words="趁新鲜",
            open_hours=168,
        )
        world.together[key] = row.public_id
        if key == "open":
            circle_orders.accept(circle_order=row, by=cast["chen"])


def _scene_and_wishes(world: World, cast: dict[str, Person]) -> None:
    """The honey stands in a scene and on Xiaoyu's list; Lin Wei answers what Xiaoyu asks."""
    honey = Product.objects.get(public_id=world.products["honey"])
    written = scenes.SceneInput(name_zh="送礼", name_en="Gifts", words_zh="不贵重，但用了心")
    scene = scenes.write(scene=None, written=written, by=cast["wulan"])
    scenes.put_in(scene=scene, product=honey, by=cast["chen"])
    wish_list = wishing.open_list(person=cast["xiaoyu"], name="生日", seen_by="friends")
    wishing.wish(wish_list=wish_list, product=honey)
    wishing.follow(person=cast["linwei"], wish_list=wish_list)
    question = asking.ask(asker=cast["xiaoyu"], words="不太甜的蜂蜜")
    asking.answer(question=question, person=cast["linwei"], words="这家", product=honey)
    directory.write()
    world.scene, world.wish_list = scene.public_id, wish_list.public_id
    world.question = question.public_id


def _circles(world: World, cast: dict[str, Person]) -> None:
    """Lin Wei has two: one to be seen, in which Xiaoyu is, and one for those in it."""
    for key, name, seen_by in (
        ("open", "山里晨跑团", "everyone"),
        ("quiet", "楼下邻居", "members"),
    ):
        circle = circles.open_circle(
            host=cast["linwei"], name=name, words="周六七点", seen_by=seen_by, may_ask=True
        )
        world.circles[key], world.circle_code = circle.public_id, circle.invite_code
        circle_places.join(circle=circle, code=circle.invite_code, person=cast["jun"])
        if key == "open":
            circle_places.join(circle=circle, code=circle.invite_code, person=cast["xiaoyu"])
            circle_places.ask(circle=circle, person=cast["sofia"], words="我是 Sofia")
            circles.offer_place(circle=circle, host=cast["linwei"], member_id=cast["xiaoyu"].pk)


def _words(world: World, cast: dict[str, Person]) -> None:
    """Chen answered Lin Wei's words; Xiaoyu's wait for Wu Lan; the open circle has a pick."""
    honey = Product.objects.get(public_id=world.products["honey"])
    said = honey.endorsements.get(person=cast["linwei"])
    world.words["said"] = said.public_id
    waiting = endorsing.endorse(
        person=cast["xiaoyu"],
        product=honey,
        verdict="so_so",
        words="有检测报告就好了",
        visibility="everyone",
        language="zh-hans",
        relation="friend",
    )
    world.words["held"] = waiting.public_id
    world.words["hold"] = waiting.holds.get().public_id
    replying.reply(endorsement=said, author=cast["chen"], words="谢谢", language="zh-hans")
    circle = Circle.objects.get(public_id=world.circles["open"])
    pick = circle_picks.add(circle=circle, person=cast["xiaoyu"], product=honey, note="早饭")
    world.pick = pick.public_id


def _a_charity(world: World, cast: dict[str, Person], tag: str) -> None:
    names = charities.Names(zh=f"山里小学图书角{tag}", en="Libraries", registration=tag.upper())
    world.charity = str(charities.add(names=names, by=cast["wulan"]).pk)


def _people(world: World, tag: str) -> dict[str, Person]:
    cast = {}
    for key, name in NAMES.items():
        person = Person.objects.create_user(name=name, email=f"{key}-{tag}@example.test")
        client = Client()
        sign_in_twice(client, person)
        world.sessions[key] = client.cookies[settings.SESSION_COOKIE_NAME].value
        world.people[key] = person.public_id
        cast[key] = person
    for role in (StaffRole.Role.MODERATOR, StaffRole.Role.FINANCE):
        StaffRole.objects.create(person=cast["wulan"], role=role)
    return cast


def _friends(cast: dict[str, Person]) -> None:
    request = friendships.ask(sender=cast["xiaoyu"], receiver=cast["linwei"])
    friendships.accept(request_id=request.pk, receiver=cast["linwei"])
    friendships.ask(sender=cast["sofia"], receiver=cast["linwei"])
    friendships.ask(sender=cast["linwei"], receiver=cast["hao"])


def _chens_shop(world: World, cast: dict[str, Person], tag: str) -> Shop:
    chen = cast["chen"]
    shop = opening.open_shop(owner=chen, name="山里的小店", handle=f"shanli-{tag}", theme="tea")
    Shop.objects.filter(pk=shop.pk).update(sentence="山里人家的土产", place="柞水")
    staff.add(shop=shop, person=cast["jun"], role="packer", by=chen)
    world.handles["chen"] = shop.handle
    first = _listed(world, shop, "honey", "秦岭野花土蜂蜜", ["500 克", "1 公斤"])
    deciding.approve(hold=first.holds.waiting().get(), moderator=cast["wulan"])
    _listed(world, shop, "tea", "云雾绿茶", [""])
    _listed(world, shop, "sold_out", "手编竹篮", [""], stock=0)
    _listed(world, shop, "draft", "还没写完的", [""], publish=False)
    listing.unlist(product=_listed(world, shop, "unlisted", "去年的核桃", [""]))
    return shop


def _haos_shop(world: World, cast: dict[str, Person], tag: str) -> None:
    shop = opening.open_shop(
        owner=cast["hao"], name="阿浩的衣橱", handle=f"ahao-{tag}", theme="ink"
    )
    world.handles["hao"] = shop.handle
    waiting = _listed(world, shop, "held", "羊毛围巾", ["灰", "红"])
    world.holds["waiting"] = waiting.holds.waiting().get().public_id
    returned = _listed(world, shop, "returned", "羊毛手套", [""])
    hold = returned.holds.waiting().get()
    deciding.send_back(hold=hold, moderator=cast["wulan"], reason="照片太暗，请重拍。")
    world.holds["decided"] = hold.public_id


def _haos_brands(world: World, cast: dict[str, Person], shop: Shop, tag: str) -> None:
    """Hao owns a brand that Chen may sell until next week, and one that waits at the desk."""
    hao, now = cast["hao"], clock.now()
    for key in ("verified", "waiting"):
        written = BrandInput(f"羊绒{tag}", f"Hao {key} {tag}", [], "CNIPA", f"{key} {tag}", "mark")
        brand = brands.register(owner=hao, written=written)
        world.brands[key] = brand.public_id
        if key == "verified":
            brands.verify(brand=brand, moderator=cast["wulan"])
            scope = Scope(starts_at=now, ends_at=now + timedelta(days=7), areas=["陕西"])
            issued = authorising.issue(brand=brand, shop=shop, scope=scope, by=hao)
            world.certificate = issued.public_id


def _listed(
    world: World,
    shop: Shop,
    key: str,
    title: str,
    variants: list[str],
    *,
    stock: int = 50,
    publish: bool = True,
) -> Product:
    drawn = BytesIO()
    Image.new("RGB", (900, 900), "#cc8822").save(drawn, "JPEG")
    photo = photos.take(upload=drawn.getvalue(), by=shop.owner, alt=title)
    product = listing.save_draft(
        shop=shop,
        product=None,
        title=title,
        description="自家采的，当季的，一年只有一次。\n放在阴凉处。",
        commission_bp=None,
        category=None,
        variants=[
            listing.VariantInput(name=one, price_minor=6800, stock=stock) for one in variants
        ],
        photo_ids=[photo.pk],
    )
    if publish:
        product = listing.publish(product=product, by=shop.owner)
    world.products[key] = product.public_id
    world.variants[key] = product.variants.order_by("pk")[0].pk
    return product


def _a_month_of_trade(world: World, cast: dict[str, Person], shop: Shop) -> None:
    """Lin Wei buys, endorses and shares; what Xiaoyu then bought is hers, and on its way to her."""
    honey = Product.objects.get(public_id=world.products["honey"])
    start = clock.now()
    with clock.stopped_at(start - timedelta(days=35)):
        own = _received(_bought(world, "honey", cast["linwei"]), cast)
        endorsing.endorse(
            person=cast["linwei"],
            product=honey,
            verdict="yes",
            words="泡水喝特别香，家里第二罐了",
            visibility="everyone",
            language="zh-hans",
        )
        link = links.link_for(person=cast["linwei"], product=honey)
    world.link, world.orders["completed"] = f"/s/{link.code}", signed_path(own)
    with clock.stopped_at(start - timedelta(days=30)):
        _received(_bought(world, "honey", cast["xiaoyu"], quantity=2, via=link), cast)
    commissions.release_due(start - timedelta(days=20))
    destinations.set_destination(person=cast["linwei"], identifier="linwei", holder="林薇")
    mine = accounts.sharer(cast["linwei"].pk, "CNY")
    payouts.ask(person=cast["linwei"], account=mine, amount_minor=1_360, run=f"press-{link.code}")
    world.line_key = link.attributions.get().commissions.get().line_key


def _orders_in_every_state(world: World, cast: dict[str, Person]) -> None:
    chen, buyer = cast["chen"], cast["xiaoyu"]
    link = links.link_for(
        person=cast["linwei"], product=Product.objects.get(public_id=world.products["honey"])
    )
    found = {
        "placed": _bought(world, "tea", buyer, paid=False),
        "paid": _bought(world, "honey", buyer, via=link),
        "shipped": _bought(world, "honey", buyer, via=link),
        "guest": _bought(world, "honey", None, via=link, seconds=2),
        "refunding": _bought(world, "tea", buyer),
    }
    fulfilment.dispatch(order=found["shipped"], carrier="SF", number="SF1398", by=chen)
    refunds.before_dispatch(order=found["refunding"], by=buyer)
    # Bought two seconds after the click: doubted, and not yet decided.
    world.review = str(Review.objects.get(attribution__order_key=found["guest"].public_id).pk)
    for state, order in found.items():
        world.orders[state] = signed_path(order)
        world.order_ids[state] = order.public_id


def _on_the_way(world: World, cast: dict[str, Person]) -> None:
    bag = bags.open_for(person=cast["xiaoyu"], token=None)
    for variant in Product.objects.get(public_id=world.products["honey"]).variants.all():
        bags.add(bag=bag, variant=variant, quantity=1)
    for key, person in cast.items():
        newest = Notice.objects.of(person.pk).first()
        world.notices[key] = newest.public_id if newest else ""


def _bought(
    world: World,
    product: str,
    buyer: Person | None,
    *,
    quantity: int = 1,
    via: ShareLink | None = None,
    seconds: int = 300,
    paid: bool = True,
) -> Order:
    clicked_at = clock.now() - timedelta(seconds=seconds)
    touches = [Touch(uuid4(), via.pk, via.shop_id, clicked_at)] if via else []
    checkout = placing.place(
        lines=[placing.Wanted(world.variants[product], quantity)],
        buyer=buyer,
        contact=HOME,
        checkout_key=uuid4().hex,
        touches=touches,
        language="zh-hans",
        seen_total_minor=6800 * quantity,
    )
    if paid:
        paying.begin(checkout, base_url=settings.BASE_URL)
        checkout.charge.refresh_from_db()
        httpx.post(
            f"{settings.SANDBOX_URL}/v1/charges/{checkout.charge.provider_ref}/pay",
            headers={"Authorization": f"Bearer {settings.SANDBOX_SECRET}"},
            trust_env=False,
        ).raise_for_status()
        paying.refresh(checkout.charge_id)
    return Order.objects.select_related("shop__terms", "checkout__charge").get(checkout=checkout)


def _received(order: Order, cast: dict[str, Person]) -> Order:
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=cast["chen"])
    order.refresh_from_db()
    fulfilment.confirm(order=order)
    order.refresh_from_db()
    return order
