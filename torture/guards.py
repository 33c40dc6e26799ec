"""The mutation check (T41): every guard is taken away in turn, and a test must fail.

A guard whose absence no test sees is a guard that the next change may lose. Each is a piece
of text in one file; in a copy of the checkout it is replaced, and the tests that ought to
see it are run there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torture.stage import Proof

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".devstack", "build", "*_cache", "__pycache__")
TESTS_FAILED = 1  # pytest's exit code; another says that the tests could not even be run


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: where it stands, what is put in its place, and the tests that must see that."""

    name: str
    file: str
    guard: str
    instead: str
    tests: str


GUARDS = (
    Guard(
        "a fact is posted once for its key",
        "ledger/sql.py",
        "      ON CONFLICT (key) DO NOTHING RETURNING id\n",
        "      RETURNING id\n",
        "tests/ledger/test_posting.py tests/ledger/test_posting_races.py",
    ),
    Guard(
        "a key stands for one fact",
        "ledger/sql.py",
        "WHEN v_told = p_hash THEN 'told'",
        "WHEN true THEN 'told'",
        "tests/ledger/test_posting.py tests/ledger/test_posting_races.py",
    ),
    Guard(
        "postings sum to zero",
        "ledger/sql.py",
        "bool_or(told.sum_minor <> 0 OR told.fits IS NOT true)",
        "bool_or(told.fits IS NOT true)",
        "tests/ledger/test_attacks.py",
    ),
    Guard(
        "accounts are locked in one order",
        "ledger/sql.py",
        "WHERE a.code = ANY (p_locked) ORDER BY a.id FOR NO KEY UPDATE",
        "WHERE a.code = ANY (p_locked)",
        "tests/ledger/test_posting_races.py tests/ledger/test_batches.py",
    ),
    Guard(
        "a balance moves by posting only",
        "ledger/sql.py",
        "coalesce(current_setting('weidian.posting', true), '') <> 'on'",
        "false",
        "tests/ledger/test_attacks.py",
    ),
    Guard(
        "a refund takes back cumulatively",
        "referrals/reversing.py",
        "return (2 * amount_minor * refunded_minor + base_minor) // (2 * base_minor)",
        "return amount_minor * refunded_minor // base_minor + (refunded_minor > 0)",
        "tests/referrals/test_reversing.py",
    ),
    Guard(
        "a click is counted when it was new, not when it came",
        "referrals/storing.py",
        "FROM stored GROUP BY link_id",
        "FROM (SELECT link_id, date_trunc('hour', at, 'UTC') AS hour, channel, kind FROM batch)"
        " came GROUP BY link_id",
        "tests/referrals/test_storing.py",
    ),
    Guard(
        "who adds clicks waits where their partition is not yet decided",
        "referrals/partitions.py",
        'f"LOCK TABLE ONLY {TABLE} IN SHARE ROW EXCLUSIVE MODE"',
        'f"LOCK TABLE {CATCH_ALL} IN ACCESS EXCLUSIVE MODE"',
        "tests/referrals/test_partitions.py",
    ),
    Guard(
        "a state is left in one guarded UPDATE",
        "kit/states.py",
        "filter(pk=row.pk, state__in=table[to])",
        "filter(pk=row.pk)",
        "tests/kit/test_states.py tests/payments/test_states.py",
    ),
    Guard(
        "a worker that woke too late is fenced off",
        "payments/payouts.py",
        "if (row.state, row.attempt) != (Payout.State.SUBMITTING, payout.attempt):",
        "if row.state == Payout.State.RETURNED:",
        "tests/payments/test_payouts.py tests/payments/test_payout_races.py",
    ),
    Guard(
        "nothing is sent again before it was looked up",
        "payments/payouts.py",
        "return row.state == Payout.State.UNKNOWN and row.attempt == asked_about.attempt",
        "return row.state == Payout.State.UNKNOWN",
        "tests/payments/test_payouts.py tests/payments/test_payout_races.py",
    ),
    Guard(
        "an unheard answer is unknown, never absent",
        "payments/gateways/sandbox.py",
        "if found else Absent()\n        except ProviderAway as away:\n"
        "            return Unknown(str(away))\n",
        "if found else Absent()\n        except ProviderAway:\n            return Absent()\n",
        "tests/payments/rails/test_sandbox.py",
    ),
    Guard(
        "never more is refunded than was paid",
        "payments/refunding.py",
        '        refunded_minor__lte=F("amount_minor") - amount_minor,\n',
        "",
        "tests/payments/test_refunding.py",
    ),
    Guard(
        "never more of a line is refunded than it cost",
        "orders/asking.py",
        'filter(pk=line.pk, asked_minor__lte=F("total_minor") - minor)',
        "filter(pk=line.pk)",
        "tests/orders/test_part_refunds.py",
    ),
    Guard(
        "nobody approves a payout to themselves",
        "payments/approving.py",
        "    if row.person_id == by.pk:\n        raise OwnPayout(row.reference)\n",
        "",
        "tests/payments/test_approving.py",
    ),
    Guard(
        "two approvals are of two people",
        "payments/approving.py",
        "    if row.approved_by_id == by.pk:\n        raise SecondPersonNeeded(row.reference)\n",
        "",
        "tests/payments/test_approving.py",
    ),
    Guard(
        "a webhook is signed",
        "payments/gateways/sandbox.py",
        "return is_signed and is_recent(timestamp)",
        "return is_recent(timestamp)",
        "tests/api/test_webhook_refusals.py",
    ),
    Guard(
        "an order waits for a removal under way",
        "referrals/programme.py",
        "    alongside(*map(_lock_of, shop_ids))\n",
        "",
        "tests/referrals/test_programme.py",
    ),
    Guard(
        "an owner proves who they are before a rate changes",
        "referrals/views/programme.py",
        "if differs and not proved_lately(request):",
        "if False:",
        "tests/referrals/test_programme_pages.py",
    ),
)


def prove() -> Proof:
    """Take each guard away in a copy of the checkout; every time a test must fail."""
    untrue = [f"{guard.name}: it stands elsewhere now" for guard in GUARDS if not _stands(guard)]
    if untrue:
        return Proof({"guards": len(GUARDS), "seen": 0}, untrue)
    with tempfile.TemporaryDirectory(prefix="wd-guards-") as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(CHECKOUT, copy, ignore=NOT_COPIED)
        for guard in GUARDS:
            with _without(guard, copy):
                code = _run(guard.tests, copy)
            if code != TESTS_FAILED:
                untrue.append(f"{guard.name}: {guard.tests} ended with {code}")
    return Proof({"guards": len(GUARDS), "seen": len(GUARDS) - len(untrue)}, untrue)


def _stands(guard: Guard) -> bool:
    """Say whether the guard is where we say it is; another piece of text would prove nothing."""
    return (CHECKOUT / guard.file).read_text().count(guard.guard) == 1


@contextmanager
def _without(guard: Guard, copy: Path) -> Iterator[None]:
    path = copy / guard.file
    whole = path.read_text()
    path.write_text(whole.replace(guard.guard, guard.instead))
    try:
        yield
    finally:
        path.write_text(whole)


def _run(tests: str, copy: Path) -> int:
    command = [sys.executable, "-m", "pytest", "--no-header", "-x", "-p", "no:cacheprovider"]
    # The servers are shared; the database is each run's own.
    ran = subprocess.run(
        [*command, *tests.split()],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ran.returncode
