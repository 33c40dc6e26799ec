"""Print the demo's roles and the share link, for the launcher."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from devstack.demo import cast
from referrals.models import ShareLink


class Command(BaseCommand):
    help = "Print who plays which role in the demo, with links that sign them in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="kept for callers; always JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        link = ShareLink.objects.get(
            person__email=cast.address_of("linwei"), product__title__startswith="秦岭野花土蜂蜜"
        )
        people = {
            cast.person_of(part.key).name: {
                "role": part.role,
                "login_url": cast.login_path(part.key),
            }
            for part in cast.PARTS
        }
        told = {"share_link": f"/s/{link.code}", "people": people}
        self.stdout.write(json.dumps(told, ensure_ascii=False))
