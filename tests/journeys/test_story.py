"""The whole story, told on a phone against the running house: with and without scripts, in both
languages. Amounts are worked out by hand: a jar costs ¥68.00, whoever brought the buyer earns 10 %
of the goods, the house keeps 1 % of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import pytest

from payments import payday
from tests.browser import overflow
from tests.journeys import books, steps
from tests.journeys.street import Street, wait_for
from tests.journeys.visitor import Visitor

FOLD = 640  # what a phone shows before anybody scrolls, less its own bars
QUOTE = "泡水喝特别香，家里第二罐了"
REASON = "照片里看不到标签，请补一张"
PAY = '.buybar a[href="/checkout"]'


@dataclass(frozen=True)
class Telling:
    """One telling of the story: its people are nobody else's."""

    tag: str
    digit: int
    scripts: bool
    language: str


TELLINGS = [
    Telling("js-zh", 1, scripts=True, language="zh-hans"),
    Telling("js-en", 2, scripts=True, language="en"),
    Telling("plain-zh", 3, scripts=False, language="zh-hans"),
    Telling("plain-en", 4, scripts=False, language="en"),
]


@dataclass
class Story:
    """Who is in it, and what has come about so far."""

    street: Street
    telling: Telling
    arrives: Callable[..., Visitor]
    people: dict[str, Visitor] = field(default_factory=dict)
    product: str = ""
    link: str = ""

    @property
    def shop(self) -> str:
        return f"蜜坊 {self.telling.tag}"

    def arrive(self, name: str, *, scripts: bool = False) -> Visitor:
        visitor = self.arrives(
            name=name, language=self.telling.language, scripts=scripts or self.telling.scripts
        )
        self.people[name] = visitor
        return visitor

    def email(self, who: str) -> str:
        return f"{who}-{self.telling.tag}@example.test"

    def phone(self, number: int) -> str:
        return f"138{self.telling.digit:06}{number}"


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.tag)
def test_a_shop_a_friend_a_stranger_and_everybody_is_paid(street, visitor, telling):
    story = Story(street, telling, visitor)

    a_shop_opens_and_two_listings_wait(story)
    a_moderator_looks_and_the_vendor_is_told(story)
    a_friend_buys_and_stands_behind_it(story)
    a_stranger_sees_who_recommends_it_and_who_gains(story)
    order = the_stranger_buys_two_as_a_guest(story)
    it_is_received_and_the_money_is_divided(story, order)
    friends_are_made_and_an_order_is_taken_back(story)
    somebody_is_shut_out(story)
    the_commission_becomes_hers_and_is_paid_out(story)

    # A preview and a prefetch were stored as what they were; only the person counts.
    assert books.clicks(street, story.link) == {"human": 1, "prefetch": 1, "preview": 1}
    assert street.broken_invariants() == {}


def a_shop_opens_and_two_listings_wait(story: Story) -> None:
    chen, tag = story.arrive("陈姐"), story.telling.tag
    steps.sign_in(chen, story.email("chen"), then="/open")
    steps.open_shop(chen, name=story.shop, handle=f"mifang-{tag}")
    story.product = steps.list_product(
        chen,
        title=f"土蜂蜜 {tag}",
        price="68.00",
        pieces=10,
        words="秦岭的野花。",
        photos=[steps.picture("罐"), steps.picture("花", colour="#228844")],
    )
    steps.list_product(
        chen,
        title=f"枣花蜜 {tag}",
        price="58",
        pieces=5,
        words="今年的枣花。",
        photos=[steps.picture("枣")],
    )

    assert books.states_of(story.street, story.shop) == ["held", "held"]
    assert story.arrive("路人").go(f"/p/{story.product}").status == 404


def a_moderator_looks_and_the_vendor_is_told(story: Story) -> None:
    wulan, tag = story.arrive("吴岚", scripts=True), story.telling.tag  # passkeys need them
    steps.sign_in(wulan, story.email("wulan"), then="/me")
    steps.hire_moderator(story.street, story.email("wulan"))
    steps.add_passkey(wulan, then="/desk/")
    steps.decide(wulan, f"土蜂蜜 {tag}")
    steps.decide(wulan, f"枣花蜜 {tag}", reason=REASON)

    assert books.states_of(story.street, story.shop) == ["live", "returned"]
    told = steps.news_of(story.people["陈姐"])
    assert f"土蜂蜜 {tag}" in told
    assert REASON in told


def a_friend_buys_and_stands_behind_it(story: Story) -> None:
    linwei, product = story.arrive("林薇"), story.product
    steps.sign_in(linwei, story.phone(11), then=f"/p/{product}", name="林薇")
    steps.set_destination(linwei, holder="林薇", identifier=f"linwei-{story.telling.tag}")
    order = steps.buy_now(linwei, product, name="林薇", phone=story.phone(11))
    steps.dispatch(story.people["陈姐"], buyer="林薇", carrier="SF", number="SF1234567890")
    steps.confirm_receipt(linwei, order)
    steps.endorse(linwei, product, words=QUOTE)

    assert "¥6.80" in linwei.words()  # 10 % of ¥68.00
    story.link = steps.own_link(linwei)
    assert story.link.startswith(f"{story.street.base_url}/s/")


def a_stranger_sees_who_recommends_it_and_who_gains(story: Story) -> None:
    for headers in ({"User-Agent": steps.WHATSAPP}, {"Sec-Purpose": "prefetch"}):
        httpx.get(story.link, headers=headers, trust_env=False)
    stranger = story.arrive("周晓雨")
    first_answer = steps.opens_link(stranger, story.link)

    for words in ("林薇", QUOTE, "¥6.80"):
        assert words in first_answer
    card = stranger.find("#friend_card")
    assert "¥6.80" in card.locator(".disc").inner_text()
    for part in ("q", ".title svg", ".disc"):  # her words, the mark that she bought it, who gains
        box = card.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < FOLD
    assert overflow(stranger.page) == 0


def the_stranger_buys_two_as_a_guest(story: Story) -> str:
    # Nobody reads a page, chooses and pays within three seconds: that is held for a look.
    story.street.move_clock(minutes=1)
    stranger, phone = story.people["周晓雨"], story.phone(22)
    steps.put_in_bag(stranger, pieces=2)
    stranger.press(PAY)
    assert steps.check_out(stranger, name="周晓雨", phone=phone) <= 5
    paid = steps.pay(stranger)

    order = steps.order_in_letter(story.street, phone)
    assert order == paid
    assert story.arrive("另一部手机").go(order).status == 200
    return order


def it_is_received_and_the_money_is_divided(story: Story, order: str) -> None:
    street, linwei = story.street, story.people["林薇"]
    steps.dispatch(story.people["陈姐"], buyer="周晓雨", carrier="SF", number="SF0987654321")
    if story.telling.scripts:
        street.move_clock(hours=hours_past_payday(street.now()))
        steps.confirm_receipt(story.people["周晓雨"], order)
    else:  # ten days of silence say the same
        then = street.now() + timedelta(days=10)
        street.move_clock(days=10, minutes=1, hours=hours_past_payday(then))

    bought = books.order_of(street, story.phone(22))
    wait_for(lambda: books.state_of(street, bought) == "completed", "the order to be completed")
    assert books.earned(linwei) == {"available": "¥0.00", "coming": "¥13.60"}
    assert books.money(street, story.shop, story.phone(11)) == {
        "shop": 6_732 + 12_104,  # 6,800 - 68, and 13,600 - 1,360 - 136
        "sharer-pending": 1_360,
    }


def hours_past_payday(moment: datetime) -> int:
    """Return the hours to add so that no payday begins within the hour after ``moment``.

    What is received then is released a week later to the minute: at that hour of the week
    the release and the payday would race, and either may come first.
    """
    return 2 if payday.next_payday(moment) - moment < timedelta(hours=2) else 0


def friends_are_made_and_an_order_is_taken_back(story: Story) -> None:
    street, hao, product = story.street, story.arrive("阿浩"), story.product
    steps.sign_in(hao, story.email("hao"), then="/me/friends", name="阿浩")
    steps.ask_to_be_friends(hao, story.phone(11))
    steps.accept_friend(story.people["林薇"])
    assert books.friendships_of(street, story.email("hao")) == 1

    stock = books.stock_of(street, product)
    order = steps.buy_now(hao, product, name="阿浩", phone=story.phone(33))
    assert books.stock_of(street, product) == stock - 1
    steps.ask_money_back(hao, order)

    bought = books.order_of(street, story.phone(33))
    wait_for(lambda: books.state_of(street, bought) == "refunded", "the refund to settle")
    assert books.stock_of(street, product) == stock
    assert books.escrow_of(street, bought) == [6_800, -6_800]


def somebody_is_shut_out(story: Story) -> None:
    street, hao, linwei = story.street, story.people["阿浩"], story.people["林薇"]
    hao_id, linwei_id = books.ids_of(street, email=story.email("hao"), phone=story.phone(11))
    assert hao.go(f"/u/{linwei_id}").status == 200
    steps.block(linwei, hao_id)

    assert hao.go(f"/u/{linwei_id}").status == 404
    assert books.friendships_of(street, story.email("hao")) == 0


def the_commission_becomes_hers_and_is_paid_out(story: Story) -> None:
    street, linwei, phone = story.street, story.people["林薇"], story.phone(11)
    # A payday lies in these seven days; were it to run after the release, it would pay her.
    street.move_clock(days=6, hours=23)
    wait_for(lambda: books.payday_is_over(street), "the payday of this week")
    street.move_clock(hours=1, minutes=1)
    wait_for(lambda: books.earned(linwei)["available"] == "¥13.60", "the commission to be hers")
    if story.telling.scripts:
        steps.withdraw(linwei)
    else:  # a payday lies in every week
        street.move_clock(days=7)

    wait_for(lambda: books.payouts_of(street, phone) == [(1_360, "settled")], "the payout")
    assert books.earned(linwei) == {"available": "¥0.00", "coming": "¥0.00"}
    assert linwei.words().count("¥13.60") >= 2  # in all, and this sale
    linwei.go("/me/wallet")
    assert "¥13.60" in linwei.find("#payouts").inner_text()
    assert books.money(street, story.shop, phone) == {"shop": 18_836}
    assert books.fees(street, story.shop) == 68 + 136
