"""Tables: figures in rows, made ready for the one part that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from insights.figures import Selling, Source
from kit.money import Money


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is about, the page that shows more (or none), and its figures as words."""

    name: str
    path: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name; ``empty`` is the sentence that stands there without rows."""

    id: str
    title: str
    empty: str
    heads: tuple[str, ...]
    rows: list[Row]


def who_brought(sources: Sequence[Source], *, currency: str) -> Table:
    """Return sharers with the clicks and orders they brought; orders nobody brought are last."""
    rows = [
        Row(
            source.person.name if source.person else _("Not through a share"),
            "",
            (str(source.clicks), str(source.orders), _money(source.goods_minor, currency)),
        )
        for source in sources
    ]
    heads = (_("Sharer"), _("Clicks by people"), _("Orders paid"), _("Goods paid"))
    empty = _("No clicks and no orders in these days.")
    return Table("sources", _("Who brought orders"), empty, heads, rows)


def what_was_sold(products: Sequence[Selling], *, currency: str) -> Table:
    """Return products with the pieces sold and what was paid for them."""
    rows = [
        Row(
            product.title,
            f"/p/{product.public_id}",
            (str(product.pieces), _money(product.goods_minor, currency)),
        )
        for product in products
    ]
    heads = (_("Product"), _("Pieces"), _("Goods paid"))
    empty = _("Nothing was sold in these days.")
    return Table("products", _("What was sold"), empty, heads, rows)


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(get_language() or "en")
