"""What a person owns here: what is coming, what can be taken out, what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.timezone import localtime as local
from django.utils.translation import gettext as _

from kit import clock
from kit.dates import at_time
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import balances_of, sides_under
from payments import destinations, holds
from payments.gateways.registry import enabled_rails
from payments.models import Payout, PayoutHold
from people.models import Person
from shops.models import Shop

HOUSE_CURRENCY = "CNY"  # what an empty wallet is shown in


@dataclass(frozen=True, slots=True)
class Balance:
    """One account of a person, in minor units of its currency.

    ``slug`` names it in forms; ``shop`` is None for what the person earned by sharing.
    ``available_minor`` is below zero when more was paid back than was left.
    """

    slug: str
    account: Side
    shop: Shop | None
    pending_minor: int
    available_minor: int
    on_the_way_minor: int

    @property
    def currency(self) -> str:
        return self.account.currency


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why money cannot be taken out right now; ``until`` when the wait has an end.

    ``why`` is ``on_hold``, ``below_minimum``, ``no_destination``, ``cooling`` or
    ``under_way``.
    """

    why: str
    until: datetime | None = None


def balance(person: Person) -> list[Balance]:
    """Return every account of this person: earned by sharing first, then shop by shop."""
    earned = {side.currency for side in sides_under(f"sharer:{person.pk}:")}
    earned |= {side.currency for side in sides_under(f"sharer-pending:{person.pk}:")}
    shops = Shop.objects.filter(owner=person).order_by("pk")
    return [
        *(_earned(person, currency) for currency in sorted(earned or {HOUSE_CURRENCY})),
        *(shop_balance(shop) for shop in shops),
    ]


def shop_balance(shop: Shop) -> Balance:
    """Return what a shop has earned: nothing of it is pending, escrow is not the shop's yet."""
    return _balance(f"shop-{shop.handle}", accounts.shop(shop.pk, shop.currency), shop=shop)


def obstacle(person: Person, of: Balance) -> Obstacle | None:
    """Return what keeps this balance from being taken out now, or None."""
    hold = holds.holding(person)
    if hold is not None:
        return Obstacle("on_hold", until=hold.until)
    if Payout.objects.open().filter(account=of.account.code).exists():
        return Obstacle("under_way")
    if of.available_minor < settings.PAYOUT_MINIMUM_MINOR:
        return Obstacle("below_minimum")
    destination = destinations.in_use(person)
    served = {rail.name for rail in enabled_rails()}
    if destination is None or destination.provider not in served:
        return Obstacle("no_destination")
    usable_at = destinations.usable_at(destination)
    return Obstacle("cooling", until=usable_at) if usable_at > clock.now() else None


def why_held(hold: PayoutHold) -> str:
    """Return why a person's money is held and until when, as they read it."""
    facts = {
        "reason": hold.get_reason_display(),
        "until": at_time(hold.until and local(hold.until)),
    }
    if hold.until:
        said = _("Nothing can be sent until %(until)s: %(reason)s.") % facts
    else:
        said = _("Nothing can be sent for now: %(reason)s. We write to you when it can.") % facts
    return f"{said} {hold.words}".strip()


def _earned(person: Person, currency: str) -> Balance:
    return _balance(
        f"earned-{currency.lower()}",
        accounts.sharer(person.pk, currency),
        pending=accounts.sharer_pending(person.pk, currency),
    )


def _balance(
    slug: str, account: Side, *, shop: Shop | None = None, pending: Side | None = None
) -> Balance:
    transit = accounts.in_transit(account.code, account.currency)
    found = balances_of([account, transit, *([pending] if pending else [])])
    return Balance(
        slug=slug,
        account=account,
        shop=shop,
        pending_minor=found[pending] if pending else 0,
        available_minor=found[account],
        on_the_way_minor=found[transit],
    )
