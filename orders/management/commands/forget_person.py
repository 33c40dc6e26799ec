"""Forget which share links a person opened, at their wish."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import forgetting
from people.models import Person


class Command(BaseCommand):
    help = "Cut every tie between a person and the clicks that led them; what was paid stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "person", help="the sign of their page: of /u/7K3MZQ0T5W it is 7K3MZQ0T5W"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(public_id=options["person"].upper()).first()
        if person is None:
            raise CommandError(f"nobody is called {options['person']!r}")
        clicks = forgetting.forget_clicks(person)
        self.stdout.write(f"{clicks} clicks are nobody's any more")
