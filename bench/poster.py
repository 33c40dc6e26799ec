"""How long a poster takes from request to answer: drawn anew, and handed out again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from PIL import Image

from bench import street
from catalog import photos
from referrals.kept_pictures import FOLDER
from referrals.models import ShareLink

ROUNDS = 40  # at SCALE=1
STYLES = ("persimmon", "tea", "plain")

# What a web process does for the very first poster it is asked for: it opens the fonts too.
FIRST = """
import time, django
django.setup()
from referrals import posters
from referrals.showings import Showing
showing = Showing("zh-hans", "林薇", "", "林薇 推荐给你", "泡水喝特别香", "土蜂蜜", "¥68.00",
                  "山里的小店", "你下单后林薇可能获得佣金 ¥6.80", "")
began = time.perf_counter()
posters.poster_of(showing, address="https://weidian.example/s/7KQ2M9XADF?c=poster", style="tea")
print((time.perf_counter() - began) * 1000)
"""


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield milliseconds of a request for a poster nobody has drawn, and for one kept already."""
    rounds = max(round(ROUNDS * scale), 8)
    with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder, ALLOWED_HOSTS=["*"]):
        (link,) = street.share_links(products=1, sharers=1)
        _photograph(link)
        client = Client()
        client.force_login(link.person)
        kept_in = Path(folder) / FOLDER

        def drawn(turn: int) -> None:
            shutil.rmtree(kept_in, ignore_errors=True)
            _ask(client, link, STYLES[turn % len(STYLES)])

        _ask(client, link, STYLES[0])  # the fonts, the templates, the connection
        cold = _median(drawn, rounds)
        _ask(client, link, STYLES[0])
        kept = _median(lambda _turn: _ask(client, link, STYLES[0]), rounds)
        first = _first_in_a_process(folder)
    yield {
        "value": round(cold, 1),
        "unit": "ms",
        "against": "the same poster again",
        "cached_ms": round(kept, 1),
        "first_in_a_process_ms": round(first, 1),
        "rounds": rounds,
    }


def _ask(client: Client, link: ShareLink, style: str) -> None:
    answer = client.get(f"/p/{link.product.public_id}/share/{style}.jpg", secure=True)
    if answer.status_code != 200:
        raise AssertionError(answer.status_code)


def _median(ask: Callable[[int], None], rounds: int) -> float:
    took = []
    for turn in range(rounds):
        began = time.perf_counter()
        ask(turn)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _first_in_a_process(folder: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", FIRST],
        cwd=settings.ROOT,
        env=os.environ | {"WEIDIAN_MEDIA_ROOT": folder},
        capture_output=True,
        check=True,
        text=True,
    )
    return float(run.stdout)


def _photograph(link: ShareLink) -> None:
    """Give the product a picture with something to encode on every spot."""
    drawn = BytesIO()
    Image.effect_noise((1200, 1200), 40).convert("RGB").save(drawn, "JPEG", quality=85)
    photo = photos.take(upload=drawn.getvalue(), by=link.person)
    type(photo).objects.filter(pk=photo.pk).update(product=link.product)
