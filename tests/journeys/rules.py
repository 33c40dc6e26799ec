"""What every page keeps to, read from one answer: its context, its headers, its way to mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet

SUMMARY = re.compile(r'<div class="summary".*?</div>', re.DOTALL)


def querysets_in(answer: Any) -> Iterator[str]:
    """Yield the names of what a page was given and would have to ask the database for."""
    for context in answer.context or ():
        for layer in getattr(context, "dicts", ()):
            yield from (name for name, value in layer.items() if asks_the_database(value))


def asks_the_database(value: object) -> bool:
    """Whether a template that loops over this makes a query."""
    rows = value.object_list if isinstance(value, Page) else value
    return isinstance(rows, QuerySet)


def lost_mistakes(answer: Any) -> list[str]:
    """Return where the summary of a form's mistakes leads to that is not on the page."""
    page = answer.content.decode()
    targets = re.findall(r'href="#([^"]*)"', " ".join(SUMMARY.findall(page)))
    return [one for one in targets if f'id="{one}"' not in page]


def may_be_kept(answer: Any) -> bool:
    """Whether somebody else at this computer, or a proxy, could be shown this answer again."""
    said = answer.headers.get("Cache-Control", "")
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return "private" not in said or (is_page and "no-store" not in said)
