"""Scenes with things in them, two wish lists, and a question somebody answered."""

from __future__ import annotations

from typing import Final

from catalog import scenes, wishing
from catalog.scenes import SceneInput
from devstack.demo.seed.world import World
from discovery import asking, directory

SCENES: Final[tuple[tuple[SceneInput, tuple[str, ...]], ...]] = (
    (
        SceneInput(
            "中秋团圆",
            "Mid-Autumn",
            "带得出门，也摆得上桌",
            "To bring along and to share",
            position=1,
        ),
        ("mooncake", "cloud-tea", "honey"),
    ),
    (
        SceneInput("送礼", "Gifts", "不贵重，但用了心", "Small, and meant", position=2),
        ("bouquet", "scarf", "fountain-pen", "rose-soap"),
    ),
    (
        SceneInput("周末露营", "Camping", "装进一个背包就能走", "All in one backpack", position=3),
        ("canvas-backpack", "trail-boot", "cloud-tea"),
    ),
)
# Whose list, its name, who may see it, what stands on it, and who follows it.
LISTS: Final[tuple[tuple[str, str, str, tuple[str, ...], str], ...]] = (
    ("xiaoyu", "生日想要", "friends", ("scarf", "fountain-pen", "teddy"), "linwei"),
    ("linwei", "给家里添的", "everyone", ("honey", "desk-plant"), "xiaoyu"),
)


def scenes_and_wishes(world: World) -> None:
    """Open what people stroll through, wish for and ask each other."""
    for written, goods in SCENES:
        scene = scenes.write(scene=None, written=written, by=world.people["desk"])
        for key in goods:
            vendor = world.people[world.owner_of(key)]
            scenes.put_in(scene=scene, product=world.products[key], by=vendor)
    for owner, name, seen_by, wished, follower in LISTS:
        wish_list = wishing.open_list(person=world.people[owner], name=name, seen_by=seen_by)
        for key in wished:
            wishing.wish(wish_list=wish_list, product=world.products[key])
        wishing.follow(person=world.people[follower], wish_list=wish_list)
    question = asking.ask(asker=world.people["xiaoyu"], words="不太甜的蜂蜜")
    asking.answer(
        question=question,
        person=world.people["linwei"],
        words="陈姐家的，泡水一点不腻",
        product=world.products["honey"],
    )
    directory.write()
