"""Narrowing: what an answer is limited to, each limit one condition on a product ``p``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from people.models import Circle

EVERYONE, FRIENDS = "everyone", "friends"

# Of two thousand friends with ten words each; whose picks are all that is looked through.
MOST_AMONG_FRIENDS = 20_000

# What stands on a circle's shelf, and what its members may read of each other: words to
# everyone, and to friends where the member is one. One's own words count, for one asks
# what the circle knows.
BY_MEMBERS = """(p.id IN (
  SELECT k.product_id FROM catalog_circlepick k
  WHERE k.circle_id = %(circle)s AND k.person_id <> ALL(%(blocked)s)
) OR p.id IN (
  SELECT e.product_id FROM catalog_endorsement e
  JOIN people_circlemember m ON m.person_id = e.person_id
  WHERE m.circle_id = %(circle)s AND m.state = 'member' AND e.withdrawn_at IS NULL
    AND e.verdict = 'yes' AND e.person_id <> ALL(%(blocked)s)
    AND (e.visibility = 'everyone' OR e.visibility = 'friends'
         AND (e.person_id = ANY(%(friends)s) OR e.person_id = %(viewer)s))
))"""

# A purchase is private until its buyer speaks of it, so silent buyers are not asked.
BOUGHT_BY_FRIENDS = """EXISTS (
  SELECT 1 FROM catalog_endorsement e JOIN catalog_receipt r ON r.id = e.receipt_id
  WHERE e.product_id = p.id AND e.person_id = ANY(%(friends)s) AND e.withdrawn_at IS NULL
  AND e.verdict <> 'no' AND e.visibility IN ('friends', 'everyone')
  AND r.returned_at IS NULL
)"""

WITHIN_PRICES = """EXISTS (
  SELECT 1 FROM catalog_variant v WHERE v.product_id = p.id AND v.is_offered
  AND v.price_minor BETWEEN %(least_minor)s AND %(most_minor)s
)"""

MOST_MINOR = 10**15  # dearer than anything: an open end of a range of prices


@dataclass(frozen=True, slots=True)
class Narrow:
    """What an answer is limited to; what is left out limits nothing.

    Attributes:
        among: ``everyone``, ``friends``, or ``circle`` with ``circle`` given.
        circle: whose members' picks alone count; the viewer is one of them.
        bought: only what a friend received, kept and spoke of.
        in_stock: only what can be bought now.
        shop_id, category_id: only of this shop, of this kind.
        least_minor, most_minor: only what has a variant priced within, both included.
    """

    among: str = EVERYONE
    circle: Circle | None = None
    bought: bool = False
    in_stock: bool = False
    shop_id: int | None = None
    category_id: int | None = None
    least_minor: int | None = None
    most_minor: int | None = None

    @property
    def asks_for_friends(self) -> bool:
        """Whether friends were asked for by name, whatever the order of the rest."""
        return self.among == FRIENDS or self.bought or self.circle is not None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is limited, so that taking limits away may find more."""
        return self != Narrow()

    def conditions(self) -> str:
        """Return the limits as one SQL condition."""
        asked = {
            "p.shop_id = %(shop)s": self.shop_id is not None,
            "p.category_id = %(category)s": self.category_id is not None,
            WITHIN_PRICES: self.least_minor is not None or self.most_minor is not None,
            BOUGHT_BY_FRIENDS: self.bought,
            BY_MEMBERS: self.circle is not None,
        }
        return " AND ".join(sql for sql, is_asked in asked.items() if is_asked) or "true"

    def parameters(self) -> dict[str, Any]:
        """Return what ``conditions`` needs beside the eyes of the viewer."""
        own = {"most_picks": MOST_AMONG_FRIENDS} if self.among == FRIENDS else {}
        return own | {
            "in_stock": self.in_stock,
            "shop": self.shop_id,
            "category": self.category_id,
            "circle": self.circle.pk if self.circle else None,
            "least_minor": self.least_minor or 0,
            "most_minor": MOST_MINOR if self.most_minor is None else self.most_minor,
        }


ANYTHING = Narrow()
