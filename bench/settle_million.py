"""Releasing held commissions of many sharers: set-based, against the same row by row.

The world is ``SCALE`` of 1,000,000 commissions of 50,000 sharers. A worker process of its own
releases 10,000 first and then all of them, so that its memory and its time can be compared. The
ORM loop posts the same transfers in plain Django, one commission a transaction, spared the
ledger's triggers; it is measured on a sample and its time a row extrapolated.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction

from bench import street
from kit import clock
from ledger import accounts
from ledger.models import Account, Posting, Transfer
from ledger.posting import Fact, post_many
from notifications.models import Notice
from people.models import Person
from referrals.models import Attribution, Commission, ShareLink

MILLION = 1_000_000
A_SHARER = 20  # commissions
SMALL = 10_000
SAMPLE = 500  # rows of the ORM loop, three times
AT_ONCE = 5_000
MINOR = 680

# Shuffled among the sharers, some are due on the first day, a few for the ORM loop never by
# themselves, and the rest on the second.
COMMISSIONS = """
INSERT INTO referrals_commission (attribution_id, line_key, sharer_id, shop_id, product_id,
  base_minor, rate_bp, amount_minor, reversed_minor, currency, state, waits,
  ordered_at, paid_at, received_at, held_until)
SELECT a.id, a.order_key || '-' || n, a.sharer_id, a.shop_id, l.product_id,
  6800, 1000, %(minor)s, 0, 'CNY', 'held', false, %(now)s, %(now)s, %(now)s,
  %(now)s + make_interval(days =>
    CASE WHEN place < %(small)s THEN 1 WHEN place < %(small)s + %(sample)s THEN 90 ELSE 2 END)
FROM referrals_attribution a JOIN referrals_sharelink l ON l.id = a.link_id
CROSS JOIN generate_series(1, %(each)s) n
CROSS JOIN LATERAL (
  SELECT ((a.order_key::bigint * %(each)s + n - 1) * 7919) %% %(total)s AS place
) shuffled
"""

WORKER = """
import json, re, sys, time
from pathlib import Path
from datetime import datetime
import django
django.setup()
from referrals.releasing import release_due
began = time.perf_counter()
released = release_due(datetime.fromisoformat(sys.argv[1]))
seconds = time.perf_counter() - began
# Its own peak: what getrusage says begins with what the parent held.
memory_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"released": released, "seconds": seconds, "memory_mb": memory_kb / 1024}))
"""


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Release ``scale`` of a million commissions and yield one line of figures."""
    wanted = max(int(MILLION * scale), SMALL)
    began = clock.now()
    sharers = (wanted + SMALL + 3 * SAMPLE + A_SHARER - 1) // A_SHARER
    _build(sharers, began)
    samples = [_orm_loop()]
    small = _work(began + timedelta(days=1))
    samples.append(_orm_loop())
    large = _work(began + timedelta(days=2))
    samples.append(_orm_loop())
    a_row = median(samples)
    rate = large["released"] / large["seconds"]
    yield {
        "value": round(rate, 1),
        "unit": "commissions/s",
        "against": "an ORM loop posting the same row by row, spared the ledger's triggers",
        "ratio": round(rate * a_row, 1),
        "released": large["released"],
        "sharers": sharers,
        "seconds": round(large["seconds"], 2),
        "orm_seconds_extrapolated": round(a_row * large["released"], 1),
        "orm_sample": f"{len(samples)} times {SAMPLE} rows; the time of one row is extrapolated",
        "orm_ms_a_row": round(a_row * 1000, 3),
        "memory_mb_at_10k": round(small["memory_mb"], 1),
        "memory_mb": round(large["memory_mb"], 1),
        "ms_a_row_at_10k": round(small["seconds"] / small["released"] * 1000, 4),
        "ms_a_row": round(large["seconds"] / large["released"] * 1000, 4),
    }


def _work(now: datetime) -> dict[str, float]:
    """Release what is due by ``now`` in a process of its own; return what it says of itself."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, now.isoformat()], capture_output=True, check=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _orm_loop() -> float:
    """Release a sample as plain Django would; return the seconds one commission takes."""
    rows = Commission.objects.filter(
        state="held", held_until__gt=clock.now() + timedelta(days=60)
    ).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:SAMPLE])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers
    began = time.perf_counter()
    for commission_id in ids:
        _release_one(commission_id)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
    return seconds / len(ids)


@transaction.atomic
def _release_one(commission_id: int) -> None:
    now = clock.now()
    rows = Commission.objects.select_for_update(of=("self",)).select_related("product")
    commission = rows.get(pk=commission_id)
    transfer, _ = Transfer.objects.get_or_create(
        key=f"commission:{commission.pk}:released",
        defaults={"request_hash": "", "memo": "", "occurred_at": now, "posted_at": now},
    )
    pending = accounts.sharer_pending(commission.sharer_id, commission.currency)
    sharer = accounts.sharer(commission.sharer_id, commission.currency)
    for side, minor in ((pending, -commission.net_minor), (sharer, commission.net_minor)):
        account, _ = Account.objects.select_for_update().get_or_create(
            code=side.code, defaults={"currency": side.currency, "floor_minor": side.floor_minor}
        )
        account.balance_minor += minor
        account.version += 1
        account.save(update_fields=["balance_minor", "version"])
        Posting.objects.create(
            transfer=transfer,
            account=account,
            amount_minor=minor,
            balance_after_minor=account.balance_minor,
            account_version=account.version,
        )
    commission.state, commission.released_at = "released", now
    commission.save(update_fields=["state", "released_at"])
    Notice.objects.get_or_create(
        key=f"commission_released:{commission.sharer_id}:commission:{commission.pk}:0",
        defaults={
            "person_id": commission.sharer_id,
            "kind": "commission_released",
            "data": {"amount_minor": commission.net_minor, "title": commission.product.title},
            "path": f"/me/earnings/{commission.line_key}",
        },
    )


def _build(sharers: int, now: datetime) -> None:
    (first,) = street.share_links(products=1, sharers=1)
    people = Person.objects.bulk_create(
        (Person(name="朋友", password="!") for _ in range(sharers)),
        batch_size=AT_ONCE,
    )
    links = ShareLink.objects.bulk_create(
        (ShareLink(person=one, product=first.product, shop=first.shop) for one in people),
        batch_size=AT_ONCE,
    )
    Attribution.objects.bulk_create(
        (
            Attribution(
                order_key=f"{number:010d}",
                link=link,
                sharer_id=link.person_id,
                shop=first.shop,
                click_id="00000000-0000-7000-8000-000000000000",
                clicked_at=now,
                frozen_at=now,
            )
            for number, link in enumerate(links)
        ),
        batch_size=AT_ONCE,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            COMMISSIONS,
            {
                "minor": MINOR,
                "now": now,
                "each": A_SHARER,
                "total": sharers * A_SHARER,
                "small": SMALL,
                "sample": 3 * SAMPLE,
            },
        )
    _earn(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _earn(people: list[Person]) -> None:
    """Put what the commissions will release on everybody's pending account."""
    outside, minor = accounts.outside("sandbox", "CNY"), A_SHARER * MINOR
    for first in range(0, len(people), AT_ONCE):
        post_many(
            [
                Fact(
                    key=f"bench:{person.pk}",
                    legs={outside: -minor, accounts.sharer_pending(person.pk, "CNY"): minor},
                )
                for person in people[first : first + AT_ONCE]
            ]
        )
