"""Tasks that take longer than the broker waits (T35): Celery runs them again, money once.

The broker gives a task to another worker after five seconds, and the provider takes three
for each of these payouts: so the same message is really run by several workers at once.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

from celery import current_app
from django.conf import settings

from ledger import accounts
from ledger.balances import balance_of
from orders.models import Order
from payments import payouts
from payments.models import Payout
from torture.crew import crew_in
from torture.healing import heal
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies
from torture.ways import WAYS

VISIBILITY_SECONDS = 5
PAYOUTS = 10
SLOW_ENDS_IN = 5  # the sandbox takes three seconds for an amount that ends in 05
TAKEN = re.compile(r"^taken payments\.send_payouts (\S+)$", re.MULTILINE)
LONGEST_SECONDS = 90
NOT_SENT = (Payout.State.RESERVED, Payout.State.SUBMITTING)


def prove(stage: Stage) -> Proof:
    """Send slow payouts by one task under a short visibility timeout; count what was run."""
    settings.SANDBOX_SCRIPT = True
    try:
        with crew_in(Path(stage.wire.folder) / "crew-slow") as crew:
            crew.start_valkey()
            streets = [Street.open(stage.provider, seed=stage.seed + n) for n in range(PAYOUTS)]
            rows = [_slow_payout(street) for street in streets]
            crew.start_workers(3, visibility_seconds=VISIBILITY_SECONDS)
            current_app.send_task("payments.send_payouts")
            _wait_until_sent(rows)
            logs = "".join(crew.log_of(f"worker{place}") for place in range(3))
    finally:
        settings.SANDBOX_SCRIPT = False
    heal()
    runs = Counter(TAKEN.findall(logs)).most_common(1)
    untrue = lies(stage.provider)
    if not runs or runs[0][1] < 2:
        untrue.append("the broker gave no task to a second worker: nothing was proved")
    return Proof({"payouts": len(rows), "runs_of_one_task": runs[0][1] if runs else 0}, untrue)


def _slow_payout(street: Street) -> Payout:
    """Ask for a payout of a sum for which the sandbox takes three seconds."""
    order: Order = WAYS["payout"].prepare(street)
    account = accounts.shop(order.shop_id, order.currency)
    balance_minor = balance_of(account)
    return payouts.ask(
        person=street.vendor,
        account=account,
        amount_minor=balance_minor - (balance_minor - SLOW_ENDS_IN) % 100,
        run=order.public_id,
    )


def _wait_until_sent(rows: list[Payout]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    waiting = Payout.objects.filter(pk__in=[row.pk for row in rows], state__in=NOT_SENT)
    while waiting.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
