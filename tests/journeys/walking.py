"""Whoever walks through every address: roles, what they send, and what the house may answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.journeys.routes import Door, doors
from tests.journeys.world import World

ROLES = {
    "anonymous": "",
    "shopper": "xiaoyu",
    "sharer": "linwei",
    "vendor": "chen",
    "packer": "jun",
    "vendor elsewhere": "hao",
    "moderator": "wulan",
}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
FINE = {200, 201, 301, 302, 304}
REFUSALS = {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429}
TOO_MANY = 429
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
# Names that views read beside their forms.
LOOSE = (
    "act",
    "part",
    "next",
    "only",
    "only",
    "photo_ids",
    "shop",
    "page",
    "language",
    "look",
    "by",
)
ROWS = ("TOTAL_FORMS", "INITIAL_FORMS", "0-id", "0-name", "0-price", "0-stock", "0-seen", "0-gone")


class Walker:
    """Somebody of a role, and what each address answered them."""

    def __init__(self, world: World, role: str, *, enforce_csrf_checks: bool = False) -> None:
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=enforce_csrf_checks)
        if ROLES[role]:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[ROLES[role]]

    def ask(self, method: str, path: str, **how: Any) -> Any:
        with transaction.atomic():
            answer = self.client.generic(method, path, **how)
            transaction.set_rollback(True)
        return answer

    def send(self, path: str, fields: list[tuple[str, str]]) -> Any:
        body = urlencode(fields, errors="surrogatepass")
        return self.ask("POST", path, data=body, content_type="application/x-www-form-urlencoded")


def every_field() -> list[str]:
    """Return the name of every field that any form of the house has."""
    kinds, names = list(forms.BaseForm.__subclasses__()), set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names |= set(getattr(kind, "base_fields", {}))
    return sorted(names | set(LOOSE) | {f"v-{row}" for row in ROWS})


def shown(answer: HttpResponse, *what: str) -> tuple[object, ...]:
    return (*what, answer.status_code)


def not_there(found: dict[str, int]) -> set[str]:
    return {path for path, status in found.items() if status in {404, 400}}


def first_of_each(all_doors: list[Door]) -> list[Door]:
    """Return the first door of each route: the one that names a real thing."""
    return list({door.route: door for door in reversed(all_doors)}.values())[::-1]


def opening(walker: Walker, method: str, world: World) -> list[Door]:
    """Return the doors that read what this visitor sends; the others have turned them away."""
    return [
        door
        for door in first_of_each(doors(world))
        if walker.ask(method, door.path).status_code not in {404, 405}
    ]
