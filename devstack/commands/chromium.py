"""Find a Chromium for the browser tests, or fetch one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
ADVICE = (
    "No Chromium was found, and none could be installed. Install one with your system's package "
    "manager, or set CHROMIUM to the path of a Chromium or Chrome program, and try again."
)


class NoChromium(Exception):
    """There is no Chromium here, and none could be fetched."""


def chromium() -> str:
    """Return the path of a Chromium that runs, installing one if need be.

    Raises:
        NoChromium: with what to do about it.
    """
    for find in (_installed, _from_debian, _from_playwright):
        path = find()
        if path is not None:
            return path
    raise NoChromium(ADVICE)


def _installed() -> str | None:
    chosen = os.environ.get("CHROMIUM", "")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise NoChromium(f"CHROMIUM is {chosen!r}, which is not a program")
        return found
    return next(filter(None, map(shutil.which, NAMES)), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return None
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
        _run(["apt-get", *words], environment=quietly)
    return _installed()


def _from_playwright() -> str | None:
    _run([sys.executable, "-m", "playwright", "install", "chromium"], environment=dict(os.environ))
    asked = "from playwright.sync_api import sync_playwright as start\n"
    asked += "with start() as playwright: print(playwright.chromium.executable_path)"
    command = [sys.executable, "-c", asked]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return answer if answer and os.access(answer, os.X_OK) else None


def _run(command: list[str], *, environment: dict[str, str]) -> None:
    """Run a step whose failure shows in what is missing afterwards; its words go to stderr."""
    with contextlib.suppress(OSError):
        subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
