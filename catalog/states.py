"""How a listing moves: a product may become <key> only from one of <values>."""

from __future__ import annotations

from catalog.models import Product
from kit.states import Moves

S = Product.State

MAY_BECOME: Moves = {
    S.HELD: frozenset({S.DRAFT, S.RETURNED, S.UNLISTED, S.LIVE}),
    S.LIVE: frozenset({S.DRAFT, S.RETURNED, S.UNLISTED, S.HELD}),
    S.RETURNED: frozenset({S.HELD}),
    S.UNLISTED: frozenset({S.LIVE, S.HELD}),
}
