"""How many clicks a second the drain stores, beside one Celery task for each click."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

import redis
from celery import Celery
from django.conf import settings
from django.db import transaction
from uuid_utils.compat import uuid7

from bench import street
from kit import clock
from referrals import click_ids, draining, partitions, stream
from referrals.models import Click, ClickHour, ShareLink

ROUNDS = 3
CLICKS, TASKS = 100_000, 1_500  # at SCALE=1
START_SECONDS, WAIT_SECONDS = 45, 15
WAYS = ("", "wechat", "moments", "poster")
FLAGS = ["--concurrency", "1", "--queues", "bench", "--loglevel", "ERROR"]
FLAGS += ["--without-gossip", "--without-mingle", "--without-heartbeat"]


class NoWorker(Exception):
    """The Celery worker did not begin in time."""


worker = Celery("bench.click_drain", broker=settings.CELERY_BROKER_URL)
worker.conf.update(
    broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    task_default_queue="bench",
)


@worker.task(name="bench.store_click")  # type: ignore[untyped-decorator]  # celery has no types
def store_click(click_id: str, link_id: int) -> None:
    """Store one click and count it: what a shop without a stream would do."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        Click.objects.create(id=click_id, link_id=link_id, at=now, kind="human", visitor="")
        counted, _ = ClickHour.objects.select_for_update().get_or_create(
            link_id=link_id, hour=hour, channel=""
        )
        counted.humans += 1
        counted.save(update_fields=["humans"])


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield clicks stored a second and how many times the tasks' figure that is."""
    links = list(ShareLink.objects.all()) or street.share_links(products=4, sharers=10)
    partitions.keep(clock.now())
    clicks, tasks = max(int(CLICKS * scale), 2_000), max(int(TASKS * scale), 150)
    rounds = [(_by_stream(links, clicks), _by_tasks(links, tasks)) for _ in range(ROUNDS)]
    yield {
        "value": round(median(ours for ours, _ in rounds), 1),
        "unit": "clicks/s",
        "against": "one Celery task a click",
        "ratio": round(median(ours / theirs for ours, theirs in rounds), 1),
        "tasks": round(median(theirs for _, theirs in rounds), 1),
    }


def fill(links: list[ShareLink], count: int) -> None:
    """Put so many clicks of the last two hours into the stream, as pages do."""
    now = clock.now()
    patient: redis.Redis = redis.Redis.from_url(settings.VALKEY_URL)
    with patient.pipeline(transaction=False) as filling:
        for number in range(count):
            at = now - timedelta(seconds=number % 7200)
            filling.xadd(
                stream.key(),
                {
                    "i": click_ids.new_at(at).bytes,
                    "l": links[number % len(links)].pk,
                    "t": click_ids.milliseconds(at),
                    "k": "human",
                    "v": f"{number % 5_000:016x}",
                    "c": WAYS[number % len(WAYS)],
                },
            )
            if number % 500 == 499:
                filling.execute()
        filling.execute()


def _by_stream(links: list[ShareLink], count: int) -> float:
    """Fill the stream, then time the drain: one worker's work and nothing else."""
    fill(links, count)
    began = time.perf_counter()
    stored = draining.drain(60)
    return stored / (time.perf_counter() - began)


def _by_tasks(links: list[ShareLink], count: int) -> float:
    """Fill the queue, then time a worker of one process from its first task to its last."""
    for number in range(count):
        store_click.delay(str(uuid7()), links[number % len(links)].pk)
    before = Click.objects.count()
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "bench.tasks_of_clicks", "worker", *FLAGS],
        env=os.environ | {"C_FORCE_ROOT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return _pace(before, count)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _pace(before: int, count: int) -> float:
    """Time from a tenth done to all done, so that a worker's start is not counted."""
    first = _done(before, count // 10, seconds=START_SECONDS)
    if first < count // 10:
        raise NoWorker(f"{first} of {count} clicks after {START_SECONDS} s")
    began = time.perf_counter()
    last = _done(before, count, seconds=WAIT_SECONDS)
    return max(last - first, 1) / (time.perf_counter() - began)


def _done(before: int, wanted: int, *, seconds: float) -> int:
    """Wait until so many clicks are stored, or the time is over; return how many are."""
    until = time.monotonic() + seconds
    while True:
        done = Click.objects.count() - before
        if done >= wanted or time.monotonic() > until:
            return done
        time.sleep(0.02)
