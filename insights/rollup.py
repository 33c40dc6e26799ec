"""The roll-up: one row a shop and day, counted anew from orders and clicks each time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from insights.models import ShopDay
from kit import clock
from orders.models import Order
from referrals.models import ClickHour

# Clicks reach the tables seconds after they happen, minutes after a crash: two days back is
# ample, and counting a day again costs nothing. Where nobody counted for longer than that,
# counting goes on where it stopped.
DAYS_COUNTED_AGAIN = 3

# A row that nothing stands behind any more is in the sum with zeros, so it is mended too;
# a row that is right already is left alone.
ROLL_UP = """
INSERT INTO insights_shopday AS kept (shop_id, day, orders, goods_minor, clicks)
SELECT shop_id, day, sum(orders), sum(goods_minor), sum(clicks) FROM (
  SELECT shop_id, (paid_at AT TIME ZONE %(zone)s)::date AS day,
         1 AS orders, goods_minor, 0 AS clicks
  FROM orders_order WHERE paid_at >= %(start)s AND paid_at < %(end)s
  UNION ALL
  SELECT link.shop_id, (hour.hour AT TIME ZONE %(zone)s)::date, 0, 0, hour.humans
  FROM referrals_clickhour hour JOIN referrals_sharelink link ON link.id = hour.link_id
  WHERE hour.hour >= %(start)s AND hour.hour < %(end)s
  UNION ALL
  SELECT shop_id, day, 0, 0, 0 FROM insights_shopday
  WHERE day >= %(first)s AND day <= %(last)s
) fact
GROUP BY shop_id, day
ON CONFLICT (shop_id, day) DO UPDATE
SET orders = excluded.orders, goods_minor = excluded.goods_minor, clicks = excluded.clicks
WHERE (kept.orders, kept.goods_minor, kept.clicks)
      IS DISTINCT FROM (excluded.orders, excluded.goods_minor, excluded.clicks)
"""


def house_zone() -> ZoneInfo:
    """Return the time zone in which the house's days begin and end."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """Return the present day in the house's time zone."""
    return clock.now().astimezone(house_zone()).date()


def start_of(day: date) -> datetime:
    """Return the moment a day of the house begins."""
    return datetime.combine(day, time.min, tzinfo=house_zone())


def roll_up(*, first: date, last: date) -> int:
    """Count the days from ``first`` to ``last`` for every shop, in one statement.

    An order counts on the day it was paid, before any refund; a click when a person made it.

    Returns:
        How many rows were written or mended.
    """
    parameters: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "first": first,
        "last": last,
        "start": start_of(first),
        "end": start_of(last + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, parameters)
        return int(cursor.rowcount)


def roll_up_newest() -> int:
    """Count the last days again, and all that nobody counted; return how many rows changed."""
    last = today()
    first = last - timedelta(days=DAYS_COUNTED_AGAIN - 1)
    return roll_up(first=min(first, _counted_up_to() or first), last=last)


def _counted_up_to() -> date | None:
    """Return the newest day with a row, else the first on which anything happened."""
    newest: date | None = ShopDay.objects.aggregate(day=Max("day"))["day"]
    if newest is not None:
        return newest
    paid = Order.objects.aggregate(at=Min("paid_at"))["at"]
    clicked = ClickHour.objects.aggregate(at=Min("hour"))["at"]
    earliest = min(filter(None, (paid, clicked)), default=None)
    return earliest.astimezone(house_zone()).date() if earliest else None
