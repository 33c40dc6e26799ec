"""Rates seen: what a page of rates showed, held against what is stored when it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.models import Product
from shops.models import Shop

WRITTEN = re.compile(
    r"(?P<handle>[^ ]{1,60}) (?P<default>[0-9]{1,5})(?P<own>(?: [0-9A-Z]{10}=[0-9]{0,5})*)",
    re.ASCII,
)
LONGEST = 4000  # signs; a page shows thirty products of at most sixteen


@dataclass(frozen=True, slots=True)
class SeenRates:
    """A shop's rate and those of single products, by public id, as a page showed them."""

    handle: str
    default_bp: int
    own: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A rate that is no longer what the page showed; ``title`` is empty for the shop's own."""

    title: str
    before_bp: int | None
    now_bp: int | None


def written(shop: Shop, goods: Iterable[Product]) -> str:
    """Return a shop's rate and those of ``goods`` as they are stored, for a hidden field."""
    rates = ((one.public_id, one.commission_bp) for one in goods)
    own = [f"{public_id}={'' if bp is None else bp}" for public_id, bp in rates]
    return " ".join([shop.handle, str(shop.terms.commission_bp), *own])


def read(text: str) -> SeenRates | None:
    """Return what ``written`` wrote, or None for anything else."""
    found = WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    own = dict(pair.split("=") for pair in found["own"].split())
    return SeenRates(
        handle=found["handle"],
        default_bp=int(found["default"]),
        own={public_id: int(bp) if bp else None for public_id, bp in own.items()},
    )


def moved_since(seen: SeenRates, shop: Shop, goods: Iterable[Product]) -> list[Moved]:
    """Return the rates of a shop and of ``goods`` that are stored otherwise by now."""
    default_bp = shop.terms.commission_bp
    of_shop = [] if seen.default_bp == default_bp else [Moved("", seen.default_bp, default_bp)]
    return of_shop + [
        Moved(one.title, seen.own[one.public_id], one.commission_bp)
        for one in goods
        if seen.own[one.public_id] != one.commission_bp
    ]
