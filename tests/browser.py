"""A real Chromium for the tests that look at pages; registered as a plug-in by conftest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; each test opens contexts of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium")
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Return a function that opens an address of the test's own server.

    It takes the path, and by name ``width``, ``language``, ``look`` and ``scripts``. An error
    on the page's console fails the test.
    """
    contexts = []
    complaints: list[str] = []

    def open_(
        path: str,
        *,
        width: int = PHONE["width"],
        language: str = "zh-CN",
        look: str = "light",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": PHONE["height"]},
            locale=language,
            color_scheme=look,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # A refused request is the server's word; a script or sheet that is not there is ours.
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type == "error" and "Failed to load resource" not in line.text
                else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and settings.STATIC_URL in answer.url
                else None
            ),
        )
        page.goto(live_server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, each with the elements it means."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:4]]}" for one in found]


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Return what can be pressed but is lower than ``least`` CSS pixels."""
    found: list[str] = page.evaluate(
        """least => [...document.querySelectorAll(
            "a[href], button, input:not([type=hidden]), select, textarea, summary")]
          .filter(node => node.checkVisibility() && !node.closest(".vh, .skip, p, .summary"))
          .filter(node => !(node.closest("label") && node.matches("input")))
          .filter(node => !node.closest("h3"))
          .filter(node => node.getBoundingClientRect().height < least - 0.5)
          .map(node => node.outerHTML.slice(0, 120))""",
        least,
    )
    return found


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width
