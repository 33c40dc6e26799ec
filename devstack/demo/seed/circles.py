"""Two circles of the street: who is in them, and what stands on their shelves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog import circle_picks
from devstack.demo.seed.world import World
from orders import circle_orders
from people import circle_places, circles, privacy
from people.models import Circle


@dataclass(frozen=True, slots=True)
class Plan:
    """One circle to open, by keys of the demo's people and products."""

    host: str
    name: str
    words: str
    seen_by: str
    members: tuple[str, ...]
    asks: str
    picks: tuple[tuple[str, str, str], ...]  # who, which product, and why


PLANS: Final = (
    Plan(
        host="linwei",
        name="周末露营小队",
        words="周五晚上说好去哪，周六一早出发。好用的、好吃的，都放上货架。",
        seen_by="everyone",
        members=("xiaoyu", "hao", "mei", "grace"),
        asks="zhou",
        picks=(
            ("hao", "cloud-tea", "保温壶里泡一壶，山上喝正好"),
            ("linwei", "scarf", "夜里凉，围上就不冷"),
        ),
    ),
    Plan(
        host="xiaoyu",
        name="三号楼邻居",
        words="楼上楼下，互相捎一份。",
        seen_by="members",
        members=("linwei", "jun", "tang"),
        asks="",
        picks=(),
    ),
)
# Who agreed that friends of their friends read their name; the others are only counted.
NAMED: Final = ("linwei", "hao", "mei", "grace", "chen", "zhou", "tang")


def circles_are_opened(world: World) -> None:
    """Friends open two circles; somebody asks to come in, and a shelf has its first things."""
    for key in NAMED:
        privacy.set_privacy(
            person=world.people[key],
            purchases_seen_by=privacy.Audience.FRIENDS,
            words_seen_by=privacy.Audience.FRIENDS,
            named_to_friends_of_friends=True,
        )
    for plan in PLANS:
        _open(world, plan)
    _order_together(world)


def _order_together(world: World) -> None:
    """The campers order tea together; the shop has said yes, and two more days are left."""
    tea = world.products["cloud-tea"]
    row = circle_orders.ask(
        circle=Circle.objects.get(host=world.people["linwei"], name=PLANS[0].name),
        host=world.people["linwei"],
        product=tea,
        pickup=circle_orders.Pickup(
            "陕西省 西安市 雁塔区", "科技路 10 号 小区东门", "周六一早集合时发", "+8613900139000"
        ),
        words="山上泡茶，一人一罐正好。",
        open_hours=48,
    )
    circle_orders.accept(circle_order=row, by=tea.shop.owner)


def _open(world: World, plan: Plan) -> None:
    circle = circles.open_circle(
        host=world.people[plan.host],
        name=plan.name,
        words=plan.words,
        seen_by=plan.seen_by,
        may_ask=True,
    )
    for key in plan.members:
        circle_places.join(circle=circle, code=circle.invite_code, person=world.people[key])
    if plan.asks:
        circle_places.ask(circle=circle, person=world.people[plan.asks], words="我常一个人去爬山")
    for who, product, why in plan.picks:
        circle_picks.add(
            circle=circle, person=world.people[who], product=world.products[product], note=why
        )
