"""A shop's sharers as a file: what each brought, and how much of it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.utils import timezone, translation
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit.money import Money
from referrals import programme
from referrals.programme import REMOVED, Who
from referrals.standing import Sharer, everybody
from shops.models import Shop

ROWS_AT_ONCE = 500


def head() -> list[str]:
    """Return the names of the columns of ``rows_of``."""
    return [
        _("Sharer"),
        _("Address of their page"),
        _("Shares since"),
        _("Clicks by people"),
        _("Orders they brought"),
        _("Goods paid"),
        _("Commission"),
        _("Currency"),
        _("Lines received"),
        _("Lines kept"),
        _("Paid for sharing"),
    ]


def rows_of(shop: Shop) -> Iterator[list[object]]:
    """Yield a row for every sharer, who brought most first, in the reader's language and zone."""
    language, zone = get_language() or settings.LANGUAGE_CODE, get_current_timezone()
    with translation.override(language):
        standings = _standings()
    everyone = everybody(shop)
    while some := list(islice(everyone, ROWS_AT_ONCE)):
        barred = programme.barred_among([(shop.pk, one.person_id) for one in some])
        for one in some:
            with timezone.override(zone):
                yield _cells(one, shop, standings[barred[shop.pk, one.person_id]])


def _cells(one: Sharer, shop: Shop, standing: str) -> list[object]:
    brought = one.brought
    return [
        one.face.name,
        f"{settings.BASE_URL}/u/{one.public_id}",
        localtime(one.since).strftime("%Y-%m-%d"),
        brought.clicks,
        brought.orders,
        Money(brought.sales_minor, shop.currency).plain(),
        Money(brought.cost_minor, shop.currency).plain(),
        shop.currency,
        brought.received,
        brought.kept,
        standing,
    ]


def _standings() -> dict[str, str]:
    return {
        "": _("yes"),
        REMOVED: _("removed"),
        Who.BUYERS: _("no: only who bought here"),
        Who.FOLLOWERS: _("no: only who follows the shop"),
        Who.INVITED: _("no: only who is invited"),
    }
