"""Run the sandbox payment provider: ``python -m devstack.provider``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from devstack.provider.book import Book
from devstack.provider.clock import Clock
from devstack.provider.journal import Journal, JournalBusy
from devstack.provider.routes import Provider, resume
from devstack.provider.schedule import Schedule
from devstack.provider.server import Server
from devstack.provider.webhooks import Webhooks


def main() -> int:
    """Serve until told to stop."""
    asked = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        journal = Journal(asked.data)
    except JournalBusy as busy:
        print(busy, file=sys.stderr)
        return 1
    book = Book(journal, Clock(asked.clock_file))
    book.webhook_url = asked.webhook_url
    schedule = Schedule()
    webhooks = Webhooks(book, schedule, asked.secret)
    provider = Provider(
        book, schedule, webhooks, asked.secret, asked.settle_seconds, asked.hidden_look_ups
    )
    with Server((asked.host, asked.port), provider) as server:
        resume(provider)
        print(f"The sandbox payment provider listens on port {server.server_port}", flush=True)
        server.serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack.provider", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="the folder of its journal")
    parser.add_argument("--secret", required=True, help="shared with the shop")
    parser.add_argument("--webhook-url", help="where events are sent; without it, nowhere")
    parser.add_argument("--clock-file", type=Path, help="seconds by which the clock is moved")
    parser.add_argument("--settle-seconds", type=float, default=1.0)
    parser.add_argument(
        "--hidden-look-ups",
        type=int,
        default=3,
        help="how many look-ups of a payout that ends in 07 are not answered",
    )
    return parser


def _leave(_number: int, _frame: FrameType | None) -> None:
    # Nothing to tidy: every change is on disk before its answer is sent; a webhook on its way is
    # sent again by the next process.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
