"""What one click costs when a table holds twenty times as many: from 1 to 20 million of them.

The clicks stand on the ninety days that raw clicks are kept, in their partitions, with the
hours counted, as the timed jobs leave them. What is drained is of today, as in life.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from bench import street
from bench.click_drain import fill
from kit import clock
from referrals import draining, partitions, rollups
from referrals.models import Click, ShareLink

MILLION = 1_000_000
TIMES = 20
DRAINED, ROUNDS = 20_000, 5
DAYS = 89

# The ids open with their moment, as those of pages do.
CLICKS = """
INSERT INTO referrals_click (id, link_id, at, kind, visitor, channel)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(noise, 1, 3) || '8' || substr(noise, 4, 15))::uuid,
       (%(links)s::bigint[])[1 + n %% %(many)s], date_trunc('milliseconds', at),
       CASE WHEN n %% 5 = 0 THEN 'bot' ELSE 'human' END, substr(noise, 17, 16),
       CASE WHEN n %% 3 = 0 THEN 'wechat' ELSE '' END
FROM (
  SELECT n, md5(n::text || %(seed)s) AS noise,
         %(start)s::timestamptz + make_interval(secs => n * %(step)s) AS at
  FROM generate_series(0, %(count)s - 1) n
) click
"""


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield how much more a click costs beside twenty times as many stored ones."""
    links = list(ShareLink.objects.all()) or street.share_links(products=20, sharers=20)
    few = max(int(MILLION * scale), 50_000)
    now = clock.now()
    for ago in range(DAYS + 1):
        partitions.make((now - timedelta(days=ago)).date())
    partitions.keep(now)
    _grow(links, few, now)
    small, small_cpu = _cost(links)
    _grow(links, few * TIMES - Click.objects.count(), now)
    stored = Click.objects.count()
    large, large_cpu = _cost(links)
    yield {
        "value": round(large * 1e6, 1),
        "unit": "µs a click",
        "against": f"the same among {few:,} stored clicks",
        "ratio": round(large / small, 2),
        "stored": stored,
        "us_a_click_among_few": round(small * 1e6, 1),
        # The two are measured minutes apart, and by then others may use the machine more.
        "processor_ratio": round(large_cpu / small_cpu, 2),
    }


def _grow(links: list[ShareLink], count: int, now: datetime) -> None:
    """Add clicks evenly over the days that are kept, count their hours, and let it settle."""
    start = now - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            CLICKS,
            {
                "links": [link.pk for link in links],
                "many": len(links),
                "start": start,
                "seed": f"of {count}",
                "step": DAYS * 86_400 / count,
                "count": count,
            },
        )
    rollups.rebuild(since=start.date(), now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE referrals_click")
        cursor.execute("VACUUM ANALYZE referrals_clickhour")
        cursor.execute("CHECKPOINT")


def _cost(links: list[ShareLink]) -> tuple[float, float]:
    """Return the seconds that draining one click takes, and those of the processor therein.

    Each the median of rounds; the first warms. The processor is this process's and that of
    the server's that answers it.
    """
    rounds = []
    for _ in range(ROUNDS + 1):
        fill(links, DRAINED)
        began, worked = time.perf_counter(), _processor_seconds()
        stored = draining.drain(60)
        spent = time.perf_counter() - began, _processor_seconds() - worked
        rounds.append([seconds / stored for seconds in spent])
    wall, processor = zip(*rounds[1:], strict=True)
    return median(wall), median(processor)


def _processor_seconds() -> float:
    """Return what this process and its server's have worked so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((pid,),) = cursor.fetchall()
    # "pid (name) state …": the 14th and 15th words are its ticks, for itself and the system.
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(words[11]) + int(words[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
