"""How long the nightly trust run takes, and how much memory, from a tenth of a world to all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from django.db import connection

from bench import world
from people.models import AccountTrust, TrustRun

TIMES = 10
GOAL_SECONDS, GOAL_MB = 120, 2048

# A process of its own, as a worker is, so that its memory is that of the run alone. Another
# connection asks for the friendships' table all the while, and says what it waited at most.
WORKER = """
import json, re, sys, threading, time
from pathlib import Path
import django
django.setup()
from django.db import connection
from kit import clock
from people import trust_run
waits, is_done = [0.0], threading.Event()
def ask():
    with connection.cursor() as cursor:
        while not is_done.wait(0.05):
            began = time.perf_counter()
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE people_friendship IN ROW EXCLUSIVE MODE")
            cursor.execute("COMMIT")
            waits.append(time.perf_counter() - began)
    connection.close()
asking = threading.Thread(target=ask)
asking.start()
began = time.perf_counter()
run = trust_run.run(now=clock.now(), engine=sys.argv[1])
seconds = time.perf_counter() - began
is_done.set()
asking.join()
memory_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"seconds": seconds, "memory_mb": memory_kb / 1024, "state": run.state,
  "people": run.people, "sides": 2 * run.edges, "parts": run.parameters["seconds"],
  "longest_wait_ms": 1000 * max(waits)}))
"""


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield the run over a world of this scale, beside one over a tenth of it."""
    sizes = (int(world.SIZES[name] * scale / TIMES) for name in ("people", "sides"))
    small_world = world.build_sized(*sizes)
    small = _run("numpy")
    by_sql = _run("sql")
    _forget(small_world)
    world.build(scale)
    first = _run("numpy")
    again = _run("numpy")
    yield {
        "value": round(first["seconds"], 2),
        "unit": "s",
        "goal": GOAL_SECONDS * scale,
        "against": f"the same over a world {TIMES} times smaller",
        "ratio": round(first["seconds"] / small["seconds"], 2),
        "people": first["people"],
        "sides": first["sides"],
        "state": first["state"],
        "memory_mb": round(first["memory_mb"], 1),
        "goal_mb": GOAL_MB,
        "second_night_s": round(again["seconds"], 2),
        "parts_s": first["parts"],
        "longest_wait_for_friendships_ms": round(first["longest_wait_ms"], 1),
        "small_s": round(small["seconds"], 2),
        "small_by_sql_alone_s": round(by_sql["seconds"], 2),
        "us_a_side_small": round(1e6 * small["seconds"] / small["sides"], 3),
        "us_a_side": round(1e6 * first["seconds"] / first["sides"], 3),
    }


def _run(engine: str) -> dict[str, Any]:
    """Work it out in a process of its own from nothing, or after the night before."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, engine], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        done.check_returncode()
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _forget(small: world.World) -> None:
    """Take a world away again, with its nights."""
    AccountTrust.objects.all().delete()
    TrustRun.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_trustseed, people_friendship")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM people_person WHERE id >= %s", [small.first_person])
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE people_person")
