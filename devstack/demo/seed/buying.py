"""One purchase: a friend's link or a stroll, the checkout, and the provider's page."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import Final
from uuid import uuid4

import httpx
from django.conf import settings

from devstack.demo.seed.world import World
from kit import clock
from orders import contacts, paying, placing, sums
from orders.models import Checkout, Order
from referrals import links, noting, salts
from referrals.models import Click, ShareLink
from referrals.touches import Touch

PHONE_BROWSER: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
HOMES: Final = {
    "linwei": ("陕西省 西安市 雁塔区", "科技路 10 号 3 幢 1202"),
    "hao": ("浙江省 杭州市 西湖区", "文三路 88 号"),
    "mei": ("广东省 广州市 越秀区", "东风东路 21 号 402"),
    "xiaoyu": ("陕西省 西安市 碑林区", "南大街 6 号"),
    "zhou": ("江苏省 南京市 玄武区", "太平门街 55 号 2 单元 301"),
    "grace": ("上海市 上海市 徐汇区", "Wukang Road 99, Flat 5"),
    "sofia": ("上海市 上海市 静安区", "Yuyuan Road 310, Room 12"),
    "chen": ("陕西省 商洛市 柞水县", "营盘镇 朱家湾村"),
    "tang": ("四川省 成都市 武侯区", "玉林南路 9 号"),
    "wen": ("浙江省 丽水市 云和县", "中山街 41 号"),
    "jun": ("湖北省 武汉市 洪山区", "珞喻路 120 号 8 栋"),
}
A_MINUTE: Final = timedelta(minutes=1)
READING: Final = timedelta(minutes=4)  # before somebody makes up their mind


def share(world: World, *, sharer: str, product: str) -> ShareLink:
    """Make (or find) a person's link to a product."""
    link = links.link_for(person=world.people[sharer], product=world.products[product])
    if sharer not in world.sharers.setdefault(product, []):
        world.sharers[product].append(sharer)
    return link


def open_link(link: ShareLink, *, ago: timedelta = timedelta()) -> Touch:
    """Open a share link as a stranger's phone would, a while ``ago``; return what proves it."""
    now = clock.now() - ago
    visitor = salts.visitor(address=_somewhere(), agent=PHONE_BROWSER, host="demo", now=now)
    click_id = noting.note(link_id=link.pk, kind=Click.Kind.HUMAN, visitor=visitor, at=now)
    return Touch(click_id=click_id, link_id=link.pk, shop_id=link.shop_id, at=now)


def place(
    world: World, *, buyer: str, product: str, variant: int, quantity: int, via: str | None
) -> Checkout:
    """Fill the bag and press *pay*: the order waits for its payment."""
    touches = []
    if via is not None:
        touches.append(open_link(share(world, sharer=via, product=product), ago=READING))
    person = world.people[buyer]
    chosen = world.variants[product][variant]
    goods_minor = chosen.price_minor * quantity
    shipping_minor = sums.shipping_minor(world.products[product].shop.terms, goods_minor)
    region, address = HOMES[buyer]
    return placing.place(
        lines=[placing.Wanted(chosen.pk, quantity)],
        buyer=person,
        contact=contacts.Contact(
            name=person.name, phone=person.phone or "", region=region, address=address
        ),
        checkout_key=uuid4().hex,
        touches=touches,
        language=person.language,
        seen_total_minor=goods_minor + shipping_minor,
    )


def pay(checkout: Checkout) -> None:
    """Pay on the provider's own page, then come back as the browser would."""
    url = paying.begin(checkout, base_url=settings.BASE_URL)
    with httpx.Client(base_url=settings.SANDBOX_URL, timeout=10) as browser:
        path = httpx.URL(url).raw_path.decode()
        page = browser.get(path).raise_for_status()
        token = re.search(r'name="token" value="([^"]+)"', page.text)
        assert token is not None
        browser.post(path, data={"token": token[1], "act": "pay"})
    paying.refresh(checkout.charge_id)


def order_of(checkout: Checkout) -> Order:
    """Return the one order of a checkout of one shop."""
    return checkout.orders.get()


def _somewhere() -> str:
    """Return an address of the documentation's range; it is hashed under the day's salt."""
    return f"203.0.113.{next(_STRANGERS) % 254 + 1}"


_STRANGERS = itertools.count()
