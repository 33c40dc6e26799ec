"""``python -m bench [names]``: measure, and print one JSON object a line.

``ONLY=name,name`` or the arguments choose; ``SCALE=1`` is the full world, 0.1 by default, and
``WORLD_PEOPLE=50000`` and its like (see ``bench.world``) say its sizes one by one.
The benches have a database of their own, made and dropped again.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

import django
from django.core.management import call_command

from bench.databases import fresh_database

BENCHES = (
    "share_landing",
    "page_cache",
    "click_drain",
    "click_growth",
    "ledger_post",
    "settle_million",
    "poster",
    "trust_nightly",  # before all that share the world: it begins with a small one
    "search",
    "search_friends",
    "stroll",
    "world",
    "endorsements_query",
)


def main() -> int:
    """Measure what was asked for; return the exit code."""
    asked = sys.argv[1:] or [name for name in os.environ.get("ONLY", "").split(",") if name]
    unknown = set(asked) - set(BENCHES)
    if unknown:
        print(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
        return 2
    scale = float(os.environ.get("SCALE", "0.1"))
    with fresh_database() as environment:
        os.environ.update(environment)
        django.setup()
        call_command("migrate", verbosity=0)
        for name in (name for name in BENCHES if not asked or name in asked):
            for line in import_module(f"bench.{name}").measure(scale):
                print(json.dumps({"bench": name, **line}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
