"""Every address of the house, read from its URLconf, with ids that are one's own, a stranger's,
and nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.world import World

NOBODY = "ZZZZZZZZZZ"
HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True, slots=True)
class Door:
    """One address: the route it belongs to, and whose object it names, if it names one."""

    route: str
    path: str


def routes() -> Iterator[str]:
    """Return every route of the URLconf as one pattern."""
    seen = set()
    for route in _under(get_resolver().url_patterns, ""):
        plain = GROUP.sub(r"<str:\1>", route.replace("^", "").replace("$", ""))
        if plain not in seen:
            seen.add(plain)
            yield plain


def _under(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _under(pattern.url_patterns, route)
        else:
            yield route


def doors(world: World) -> list[Door]:
    """Return every route with each of its samples."""
    return [
        Door(f"/{route}", "/" + HOLE.sub(value.replace("\\", r"\\"), route))
        for route in routes()
        for value in samples(route, world)
    ]


def samples(route: str, world: World) -> list[str]:
    """Return what may stand in a route's hole: real ones, some of them foreign, and absent ones."""
    holes = HOLE.findall(route)
    if not holes:
        return [""]
    for beginning, values in _known(world).items():
        if route.startswith(beginning):
            return [*values, *_absent(holes[0][0])]
    return _absent(holes[0][0])


def _known(world: World) -> dict[str, list[str]]:
    people, products = world.people, world.products
    tokens = [path.removeprefix("/o/") for path in world.orders.values()]
    return {
        "b/": [world.certificate],
        "me/brands/": list(world.brands.values()),
        "me/certificates/": [world.certificate],
        "desk/brands/": list(world.brands.values()),
        "desk/words/": [world.words["hold"]],
        "shop/words/": [world.words["said"], world.words["held"]],
        "me/picks/": [world.pick],
        "c/": [world.circle_code],
        "together/": list(world.together.values()),
        "shop/together/": list(world.together.values()),
        "circles/": list(world.circles.values()),
        "u/": [people["linwei"], people["xiaoyu"], people["sofia"]],
        "friends/questions/": [world.question],
        "scenes/": [world.scene],
        "shop/scenes/": [world.scene],
        "desk/scenes/": [world.scene],
        "w/": [world.wish_list],
        "friends/": [people["linwei"], people["hao"]],
        "shop/staff/": [people["jun"], people["chen"], people["hao"]],
        "shop/sharers/": [people["linwei"], people["xiaoyu"]],
        "shop/products/": [products["honey"], products["unlisted"], products["held"]],
        "shop/orders/": [world.order_ids["paid"], world.order_ids["shipped"]],
        "me/notices/": [world.notices["xiaoyu"], world.notices["chen"]],
        "me/earnings/": [world.line_key],
        "me/links/": [world.link.removeprefix("/s/")],
        "p/": [products[key] for key in ("honey", "tea", "sold_out", "unlisted", "held")],
        "s/": [world.link.removeprefix("/s/")],
        "o/": tokens,
        "webhooks/": ["sandbox"],
        "desk/money/rails/": ["sandbox"],
        "desk/money/": [],
        "desk/payouts/": [],
        "desk/trust/": [],
        "desk/charities/": [world.charity],
        "desk/commissions/": [world.review],
        "desk/orders/": [world.line_key[:10]],
        "desk/": list(world.holds.values()),
        "shops/": list(world.handles.values()),
        "bag/put-back/": [str(world.variants["honey"]), str(world.variants["held"])],
        "<str:handle>": list(world.handles.values()),
        "media/": ["photos/nothing.webp", "../../pyproject.toml"],
    }


def _absent(converter: str) -> list[str]:
    if converter == "int":
        return ["0", "9" * 30]
    if converter == "str":
        return [NOBODY, "%00", "%ff%fe", "长" * 300, "..%2f..%2fetc"]
    return [NOBODY]
