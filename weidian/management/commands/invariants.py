"""Ask every room what must always hold, and say how many rows break it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from kit.invariants import Finding, Invariant, check


class Command(BaseCommand):
    help = "Check what must always hold; exit 1 when a row breaks it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for finding in check(every_invariant()):
            broken += finding.broken
            self.stdout.write(_as_json(finding) if options["json"] else _as_words(finding))
        if broken:
            sys.exit(1)


def every_invariant() -> Iterator[Invariant]:
    """Yield the invariants of every installed room that has some."""
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.invariants"):
            module = import_module(f"{app.name}.invariants")
            yield from getattr(module, "INVARIANTS", [])


def _as_json(finding: Finding) -> str:
    return json.dumps({"name": finding.name, "broken": finding.broken})


def _as_words(finding: Finding) -> str:
    if not finding.broken:
        return f"ok      {finding.name}"
    examples = "; ".join(str(row) for row in finding.examples)
    return f"BROKEN  {finding.name}: {finding.broken} rows, such as {examples}"
