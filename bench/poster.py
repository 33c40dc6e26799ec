"""How long a poster takes: drawn for the first time, and handed out again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from PIL import Image

from referrals import posters
from referrals.showings import Showing

ROUNDS = 40  # at SCALE=1
PHOTO = "photos/bench-1170.webp"
ADDRESS = "https://weidian.example/s/7KQ2M9XADF?c=poster"
SHOWING = Showing(
    language="zh-hans",
    sharer="林薇",
    avatar="",
    title="林薇 推荐给你",
    words="秦岭土蜂蜜，孩子每天早上一勺，已经回购三次，泡水喝特别香。",
    product="秦岭野花土蜂蜜 500g · 当年新蜜",
    price="¥68.00",
    shop="山里的小店",
    gain="你下单后林薇可能获得佣金 ¥6.80",
    photo=PHOTO,
)


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield milliseconds of a poster drawn cold, and beside it of one kept already."""
    rounds = max(round(ROUNDS * scale), 8)
    with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        default_storage.save(PHOTO, ContentFile(_photo()))
        first = _first_in_a_process(folder)
        cold = _median(lambda turn: _poster(turn, "persimmon"), rounds)
        _poster(0, "persimmon")
        kept = _median(lambda _turn: _poster(0, "persimmon"), rounds)
    yield {
        "value": round(cold, 1),
        "unit": "ms",
        "against": "the same poster again",
        "cached_ms": round(kept, 2),
        "first_in_a_process_ms": round(first, 1),
        "rounds": rounds,
    }


def _poster(turn: int, style: str) -> bytes:
    showing = replace(SHOWING, price=f"¥{68 + turn}.00")  # another price, another picture
    return posters.poster_of(showing, address=ADDRESS, style=style)


def _median(draw: Callable[[int], bytes], rounds: int) -> float:
    took = []
    for turn in range(1, rounds + 1):
        began = time.perf_counter()
        draw(turn)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _first_in_a_process(folder: str) -> float:
    """Return what the very first poster costs a fresh process, which has opened no font."""
    script = (
        "import time, django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.MEDIA_ROOT = {folder!r}\n"
        "from bench import poster\n"
        "began = time.perf_counter()\n"
        "poster._poster(99, 'tea')\n"
        "print((time.perf_counter() - began) * 1000)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(run.stdout)


def _photo() -> bytes:
    """Return a picture with something to encode on every spot."""
    drawn = Image.effect_noise((1170, 1170), 40).convert("RGB")
    out = BytesIO()
    drawn.save(out, "WEBP", quality=82)
    return out.getvalue()
