"""Clicks through every fault (V1, V2, V4): pages answer, and each click is stored once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from catalog.models import Variant
from orders.models import Order
from orders.placing import Wanted, place
from referrals import clicks, spool, tasks
from referrals.models import Attribution, Click, ShareLink
from torture.crew import Crew, crew_in
from torture.landings import Strangers, web_server
from torture.stage import Proof, Stage
from torture.street import HOME, Street
from torture.truth import lies

# The most that a page may take while something is away, for nineteen of twenty visitors.
WORST_P95_MS = 250.0
PER_SECOND, QUICK_PER_SECOND = 300.0, 60.0
SECONDS, QUICK_SECONDS = 15.0, 3.0
REST_SECONDS = 11.0  # after so long a breaker tries again
LINKS = 6
BYTES_IN_A_MB = 1024 * 1024


class Run:
    """One run: the street whose links are opened, and what must hold of every phase."""

    def __init__(self, stage: Stage, crew: Crew, street: Street, strangers: Strangers) -> None:
        self.stage, self.crew, self.street, self.strangers = stage, crew, street, strangers
        self.seconds = QUICK_SECONDS if stage.is_quick else SECONDS
        self.untrue: list[str] = []
        self.figures: dict[str, Any] = {}

    def phase(self, name: str, *, seconds: float = 0.0) -> None:
        """Let strangers come and one of them buy; note what was not as it must be."""
        met = self.strangers.come(name, seconds=seconds or self.seconds)
        self.figures[name] = {"pages": len(met.times), "p95_ms": met.p95_ms}
        if met.broken:
            self.untrue.append(f"{name}: {met.broken} of {len(met.statuses)} pages were none")
        if met.p95_ms > WORST_P95_MS:
            self.untrue.append(f"{name}: p95 of {met.p95_ms} ms")

    def buy(self) -> None:
        """Buy by the newest click there is: its sharer must be named, stream or no stream."""
        touch = self.strangers.touches[-1]
        link = ShareLink.objects.get(pk=touch.link_id)
        variant = Variant.objects.get(product=link.product_id)
        checkout = place(
            lines=[Wanted(variant.pk, 1)],
            buyer=None,
            contact=HOME,
            checkout_key=touch.click_id.hex,
            touches=[touch],
            language="en",
            seen_total_minor=variant.price_minor + self.street.shop.terms.shipping_minor,
        )
        order = Order.objects.get(checkout=checkout)
        brought = Attribution.objects.filter(order_key=order.public_id).first()
        if brought is None or brought.click_id != touch.click_id:
            self.untrue.append(f"{order}: nobody is named who brought it")

    def settle(self) -> Proof:
        """Let everything heal, and compare the table with what visitors were told."""
        unrecorded = spool.unrecorded()
        clicks.drain(60)
        tasks.sweep_click_spool()
        told = [touch.click_id for touch in self.strangers.touches]
        rows = list(Click.objects.filter(link__shop=self.street.shop).values_list("id", flat=True))
        lost = set(told) - set(rows)
        self.figures |= {"acknowledged": len(told), "stored": len(rows)}
        self.figures["click_unrecorded"] = unrecorded
        self.figures["lost"] = len(lost)
        if len(lost) != unrecorded:
            self.untrue.append(f"{len(lost)} clicks are nowhere, and {unrecorded} are counted so")
        if len(set(rows)) != len(rows) or len(set(told)) != len(told):
            self.untrue.append("a click is there twice")
        return Proof(self.figures, [*self.untrue, *lies(self.stage.provider)])


@contextmanager
def _run(stage: Stage, name: str, *, spool_mb: int = 64) -> Iterator[Run]:
    """Open a street, serve it beside a Valkey of its own, and see the first pages through."""
    settings.CLICK_SPOOL = stage.wire.folder / f"clicks-{name}"
    settings.CLICK_SPOOL_MB = spool_mb
    before = settings.VALKEY_URL
    with crew_in(stage.wire.folder / f"crew-{name}") as crew:
        crew.start_valkey()
        settings.VALKEY_URL = f"unix://{crew.socket}"
        street = Street.open(stage.provider, seed=stage.seed)
        for _ in range(LINKS):
            street.placed()
        links = ShareLink.objects.filter(shop=street.shop)
        addresses = [f"/s/{code}" for code in links.values_list("code", flat=True)]
        per_second = QUICK_PER_SECOND if stage.is_quick else PER_SECOND
        try:
            with web_server(stage) as port:
                strangers = Strangers(port, addresses, per_second=per_second)
                run = Run(stage, crew, street, strangers)
                strangers.come("first", seconds=1.0)
                run.phase("as always")
                yield run
        finally:
            stage.wire.tell("pass")
            settings.VALKEY_URL = before


def prove_killed(stage: Stage) -> Proof:
    """V1: Valkey is emptied, full, killed and started anew, all under load."""
    with _run(stage, "V1") as run:
        run.crew.valkey.flushall()
        run.phase("emptied")
        run.buy()
        run.crew.valkey.config_set("maxmemory", "1mb")
        run.phase("full")
        run.buy()
        run.crew.valkey.config_set("maxmemory", "0")
        run.crew.signal_valkey(signal.SIGKILL)
        run.phase("killed")
        run.buy()
        run.crew.start_valkey()
        run.phase("back", seconds=REST_SECONDS)
        return run.settle()


def prove_hung(stage: Stage) -> Proof:
    """V2: Valkey takes every word and says nothing, then wakes."""
    with _run(stage, "V2") as run:
        run.crew.signal_valkey(signal.SIGSTOP)
        run.phase("hung")
        run.phase("hung still", seconds=REST_SECONDS)
        run.buy()
        run.crew.signal_valkey(signal.SIGCONT)
        run.phase("back", seconds=REST_SECONDS)
        return run.settle()


def prove_nowhere(stage: Stage) -> Proof:
    """V4: Valkey goes, then PostgreSQL, then the spool is full; and all comes back."""
    with _run(stage, "V4", spool_mb=2) as run:
        run.crew.signal_valkey(signal.SIGKILL)
        run.phase("no Valkey")
        stage.wire.tell("away")
        run.phase("no Valkey, no PostgreSQL")
        _fill(run)
        run.phase("nothing at all")
        stage.wire.tell("pass")
        run.phase("PostgreSQL back", seconds=REST_SECONDS)
        run.crew.start_valkey()
        run.phase("all back", seconds=REST_SECONDS)
        run.buy()
        return run.settle()


def _fill(run: Run) -> None:
    """Fill the spool to the brim with empty lines, which hold no click."""
    path = settings.CLICK_SPOOL / spool.OPEN
    with path.open("ab") as file:
        file.write(b"\n" * (settings.CLICK_SPOOL_MB * BYTES_IN_A_MB - path.stat().st_size))
    run.figures["spooled_before_full"] = sum(1 for line in path.open("rb") if line.strip())
