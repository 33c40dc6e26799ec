"""Hold every rail's book against ours now, and say what does not add up."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from kit import clock
from payments import reconciling
from payments.models import Difference, PausedRail


class Command(BaseCommand):
    help = "Compare the rails' statements with our books; exit 1 while a difference is open."

    def handle(self, *args: Any, **options: Any) -> None:
        reconciling.run(clock.now())
        for rest in PausedRail.objects.live(now=clock.now()).order_by("rail"):
            self.stdout.write(json.dumps({"paused": rest.rail, "reason": rest.reason}))
        found = list(Difference.objects.open())
        for row in found:
            self.stdout.write(json.dumps(_said(row)))
        if found:
            sys.exit(1)


def _said(row: Difference) -> dict[str, str | int]:
    return {
        "difference": row.pk,
        "rail": row.rail,
        "day": row.day.isoformat(),
        "kind": row.kind,
        "reference": row.reference,
        "provider_ref": row.provider_ref,
        "suspense_minor": row.suspense_minor,
        "currency": row.currency,
    }
