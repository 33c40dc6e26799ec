"""What goes with the street's words: photos, a reply or two, and words that wait at the desk."""

from __future__ import annotations

from typing import Final

from catalog import endorsing, item_scores, photos, replying
from catalog.models import Endorsement, Photo, Receipt
from devstack.demo.seed.opening import HERE
from devstack.demo.seed.world import World

# Who photographed what, in the demo's own pictures.
PHOTOGRAPHED: Final = {
    ("linwei", "honey"): ("honey-2", "honey-3"),
    ("sofia", "scarf"): ("scarf-3",),
}
RELATED: Final = {("tang", "shiitake"): "friend"}
REPLIES: Final = (
    ("mei", "eggs", "谢谢直说。下一批我们先挑大个的装箱。"),
    ("zhou", "jeans", "尺码表已经改了，换货我们出运费。"),
)
# A rule asks for a photo of the report; a moderator sees that nobody claims to have one.
TO_LOOK_AT: Final = "要是附上检测报告就更放心了。"


def photos_of(world: World, person: str, product: str) -> list[Photo]:
    """Take in the photos somebody shows with their words; most show none."""
    pictures = PHOTOGRAPHED.get((person, product), ())
    taken_by = world.people[person]
    return [
        photos.take(upload=(HERE / "pictures" / f"{key}.webp").read_bytes(), by=taken_by)
        for key in pictures
    ]


def words_are_answered(world: World) -> None:
    """Two shops reply, somebody's words wait for a moderator, and everything said is counted."""
    for person, product, words in REPLIES:
        said = Endorsement.objects.live().filter(
            person=world.people[person], product=world.products[product]
        )
        for one in said:
            owner = world.people[world.owner_of(product)]
            replying.reply(endorsement=one, author=owner, words=words, language="zh-hans")
    silent = Receipt.objects.filter(person__isnull=False, returned_at=None)
    for receipt in silent.select_related("person", "product").order_by("pk"):
        if not Endorsement.objects.filter(person=receipt.person, product=receipt.product).exists():
            _wonder(receipt)
            break
    item_scores.count([product.pk for product in world.products.values()])


def _wonder(receipt: Receipt) -> None:
    person = receipt.person
    if person is not None:
        endorsing.endorse(
            person=person,
            product=receipt.product,
            verdict=Endorsement.Verdict.SO_SO,
            words=TO_LOOK_AT,
            visibility=Endorsement.Visibility.EVERYONE,
            language="zh-hans",
        )
