"""Outcomes for a sharer: what became of the clicks on each of their links, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.functional import Promise

from kit import clock
from people.models import Person
from referrals import earnings, provenance, reasons
from referrals.channels import Channel
from referrals.earnings import BROUGHT, KEPT, STANDING, Row
from referrals.models import Attribution, Candidate, Click, ClickHour, Commission, ShareLink
from referrals.rules import TO_SHARER, Rule

DAYS = 30

# Only so many of a link's newest clicks are read one by one: a link that went round the
# world has millions, and its page must open as fast as any other.
LOOKED_AT = 500

# Further back nobody asks why a sale went to somebody else.
MOST_MISSED = 20

LINKS_AT_ONCE = 200

# The sale is the sharer's own, the click was none of this shop's, or a block keeps the two
# from hearing of each other.
NO_NEWS = (Rule.TAKEN, Rule.NO_SUCH_LINK, Rule.BLOCKED)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one link, or one channel of it, brought; money as it stands, gifts left out."""

    clicks: int = 0
    others: int = 0
    orders: int = 0
    earned_minor: int = 0

    def __add__(self, more: Figures) -> Figures:
        return Figures(
            self.clicks + more.clicks,
            self.others + more.others,
            self.orders + more.orders,
            self.earned_minor + more.earned_minor,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One link in the list of a person's links."""

    link: ShareLink
    figures: Figures


@dataclass(frozen=True, slots=True)
class ByChannel:
    """What one channel brought a link."""

    channel: str
    name: str | Promise
    figures: Figures


@dataclass(frozen=True, slots=True)
class Day:
    """Clicks of one day by one channel, counted by the hour when they came."""

    day: date
    name: str | Promise
    clicks: int
    others: int


@dataclass(frozen=True, slots=True)
class Why:
    """A reason code with its words, and how many clicks it explains."""

    code: str
    words: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Sale:
    """One line of an order that a link brought; ``row`` is None where nothing is earned.

    ``buyer`` is a name only where the buyer wished it at checkout.
    """

    at: datetime
    channel: str | Promise
    buyer: str
    code: str
    words: str | Promise
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """An order that a click of this link was considered for, and why it went elsewhere."""

    at: datetime
    code: str
    words: str | Promise


def lines_of(links: Iterable[ShareLink]) -> list[Line]:
    """Return links with what each brought, in the order given; two statements."""
    found = list(links)
    brought = _brought([link.pk for link in found])
    return [Line(link, _sum(brought.get(link.pk, {}).values())) for link in found]


def all_lines(person: Person) -> Iterator[tuple[ShareLink, ByChannel]]:
    """Yield every link of a person by channel, newest link first, some at a time."""
    mine = ShareLink.objects.filter(person=person).select_related("product", "shop")
    rows = mine.order_by("-created_at", "-pk").iterator(chunk_size=LINKS_AT_ONCE)
    while some := list(islice(rows, LINKS_AT_ONCE)):
        brought = _brought([link.pk for link in some])
        for link in some:
            for channel in _in_order(brought.get(link.pk) or {"": Figures()}):
                yield link, channel


def totals_of(person: Person) -> Figures:
    """Return the clicks and orders of all of a person's links; earnings have their own page."""
    counted = ClickHour.objects.filter(link__person=person).aggregate(
        clicks=Sum("humans", default=0), others=Sum("others", default=0)
    )
    orders = Commission.objects.filter(BROUGHT, sharer=person).aggregate(
        orders=Count("attribution", distinct=True)
    )
    return Figures(counted["clicks"], counted["others"], orders["orders"])


def by_channel(link: ShareLink) -> list[ByChannel]:
    """Return what each channel brought a link, the most clicked first."""
    return _in_order(_brought([link.pk]).get(link.pk, {}))


def days_of(link: ShareLink) -> list[Day]:
    """Return the clicks of the last thirty days by day and channel, newest day first."""
    zone = timezone.get_current_timezone()
    since = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = (
        ClickHour.objects.filter(link=link, hour__gte=since - timedelta(days=DAYS - 1))
        .annotate(day=TruncDate("hour", tzinfo=zone))
        .values_list("day", "channel")
        .annotate(clicks=Sum("humans"), others=Sum("others"))
        .order_by("-day", "-clicks", "channel")
    )
    return [Day(day, name_of(channel), clicks, others) for day, channel, clicks, others in rows]


def reasons_of(link: ShareLink) -> list[Why]:
    """Return why the newest clicks of a link count or not, the commonest reason first."""
    newest = Click.objects.filter(link=link).order_by("-at").values_list("kind", "visitor", "at")
    clicks = reversed(list(newest[:LOOKED_AT]))
    seen: set[tuple[str, date]] = set()
    counts = Counter(_click_code(kind, visitor, at, seen) for kind, visitor, at in clicks)
    return [Why(code, reasons.WORDS[code], count) for code, count in counts.most_common()]


def sales_of(attributions: Iterable[Attribution]) -> list[Sale]:
    """Return every line of these orders with how it stands; commissions are prefetched.

    Args:
        attributions: with ``buyer`` and ``commissions`` and their products loaded.
    """
    found = list(attributions)
    buyers = provenance.buyers_told(found)
    rows = earnings.staged(one for order in found for one in order.commissions.all())
    of_order: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda one: one.commission.pk):
        of_order.setdefault(row.commission.attribution_id, []).append(row)
    return [
        sale
        for order in found
        for sale in _lines_of(order, of_order.get(order.pk, []), buyers.get(order.pk, ""))
    ]


def missed_of(link: ShareLink) -> list[Missed]:
    """Return the newest orders that a click of this link was considered for in vain."""
    rows = Candidate.objects.filter(link=link).exclude(rule__in=NO_NEWS).order_by("-judged_at")
    codes = [(row.judged_at, TO_SHARER[Rule(row.rule)]) for row in rows[:MOST_MISSED]]
    return [Missed(at, code, reasons.WORDS[code]) for at, code in codes]


def name_of(channel: str) -> str | Promise:
    """Return a channel as a reader knows it, in the language it is written in later."""
    return Channel(channel).label


def _brought(link_ids: Sequence[int]) -> dict[int, dict[str, Figures]]:
    """Return what each channel of each link brought; links that brought nothing are absent."""
    found: dict[int, dict[str, Figures]] = {}
    clicked = (
        ClickHour.objects.filter(link__in=link_ids)
        .values_list("link_id", "channel")
        .annotate(clicks=Sum("humans"), others=Sum("others"))
    )
    for link_id, channel, clicks, others in clicked:
        found.setdefault(link_id, {})[channel] = Figures(clicks, others)
    earned = (
        Commission.objects.filter(BROUGHT, attribution__link__in=link_ids)
        .values_list("attribution__link_id", "attribution__channel")
        .annotate(
            orders=Count("attribution", distinct=True),
            minor=Sum(
                F("amount_minor") - F("reversed_minor"),
                filter=KEPT & Q(state__in=STANDING),
                default=0,
            ),
        )
    )
    for link_id, channel, orders, minor in earned:
        of_link = found.setdefault(link_id, {})
        more = Figures(orders=orders, earned_minor=minor)
        of_link[channel] = of_link.get(channel, Figures()) + more
    return found


def _in_order(of_link: dict[str, Figures]) -> list[ByChannel]:
    channels = [ByChannel(one, name_of(one), figures) for one, figures in of_link.items()]
    return sorted(channels, key=lambda one: (-one.figures.clicks, one.channel))


def _sum(figures: Iterable[Figures]) -> Figures:
    return sum(figures, start=Figures())


def _click_code(kind: str, visitor: str, at: datetime, seen: set[tuple[str, date]]) -> str:
    code = reasons.OF_KIND[kind]
    if code != "COUNTED" or not visitor:
        return code
    today = (visitor, at.date())  # a visitor is hashed anew each day, by universal time
    if today in seen:
        return "DUPLICATE"
    seen.add(today)
    return code


def _lines_of(order: Attribution, rows: Sequence[Row], buyer: str) -> Iterator[Sale]:
    channel = name_of(order.channel)
    if not rows:
        code = "NO_COMMISSION"
        yield Sale(order.frozen_at, channel, buyer, code, reasons.WORDS[code])
    for row in rows:
        code, words = reasons.code_of(row), reasons.words_of(row)
        yield Sale(order.frozen_at, channel, buyer, code, words, row)
