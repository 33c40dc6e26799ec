"""Say that the database is an older copy, before any worker starts on it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from payments import restoring


class Command(BaseCommand):
    help = "After a restore: give no number out twice, and let every rail rest."

    def handle(self, *args: Any, **options: Any) -> None:
        rails = ", ".join(restoring.restored())
        self.stdout.write(f"these rails rest until a person lets them go on: {rails}")
        self.stdout.write("now run: python manage.py reconcile")
