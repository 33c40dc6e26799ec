"""Count the clicks of every hour anew, and say how many hours were wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kit import clock
from referrals import partitions, rollups


class Command(BaseCommand):
    help = "Write the hours' counts as the stored clicks say; a right table stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="the first day (UTC), as 2026-11-22; else all there is")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        kept = partitions.kept_from(now).date()
        since = max(_day(options["since"]) or kept, kept)
        wrong = rollups.rebuild(since=since, now=now)
        self.stdout.write(f"{wrong} hours since {since} were wrong and are mended")


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise CommandError(f"{written!r} is no day; write it as 2026-11-22") from None
