"""House rules of the wiring: timed jobs, addresses, migrations, settings, and what is not said."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from allauth.socialaccount import app_settings as social
from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.urls import URLPattern, URLResolver, get_resolver

from shops.handles import is_reserved
from shops.models import HANDLE_PATTERN
from tests.house.ground import ROOT, breaking, files, modules, named
from weidian.timetable import SECONDS_BETWEEN


@pytest.mark.parametrize("task", SECONDS_BETWEEN)
def test_every_timed_job_is_there(task):
    current_app.loader.import_default_modules()
    assert task in current_app.tasks


def first_words(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from first_words(pattern.url_patterns, route)
        else:
            yield route.split("/")[0]


def test_no_shop_can_take_a_word_that_is_an_address():
    words = {word for word in first_words(get_resolver().url_patterns) if "<" not in word}
    could_be_handles = {word for word in words if re.match(HANDLE_PATTERN, word)}

    assert {"healthz", "search", "friends", "desk", "shop"} <= could_be_handles
    assert {word for word in could_be_handles if not is_reserved(word)} == set()


@pytest.mark.parametrize("path", files("max_migration.txt"), ids=named)
def test_the_last_migration_is_written_down(path):
    numbered = sorted(file.stem for file in path.parent.glob("[0-9]*.py"))
    assert path.read_text().strip() == numbered[-1]


def test_every_room_with_migrations_writes_its_last_one_down():
    folders = {path.parent for path in files("migrations/0*.py")}
    assert {path for path in folders if not (path / "max_migration.txt").exists()} == set()


def test_signing_in_says_nothing_about_who_has_an_account():
    assert account.PREVENT_ENUMERATION is True
    assert account.EMAIL_VERIFICATION == "mandatory"
    assert account.EMAIL_VERIFICATION_BY_CODE_ENABLED is True
    assert account.PHONE_VERIFICATION_ENABLED is True
    assert account.LOGIN_BY_CODE_ENABLED is True
    assert account.LOGOUT_ON_GET is False
    assert account.CONFIRM_EMAIL_ON_GET is False
    assert account.LOGIN_ON_PASSWORD_RESET is False
    assert account.EMAIL_UNKNOWN_ACCOUNTS is True
    assert social.EMAIL_AUTHENTICATION is False
    assert social.LOGIN_ON_GET is False
    assert set(mfa.SUPPORTED_TYPES) == {"webauthn", "recovery_codes"}
    assert mfa.ALLOW_UNVERIFIED_EMAIL is False


def test_sessions_stand_in_the_database_and_speak_json():
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert current_app.conf.accept_content in (["json"], ("json",), {"json"})
    assert current_app.conf.task_serializer == "json"


def test_a_lost_broker_keeps_no_request_waiting():
    options = current_app.conf.broker_transport_options
    assert options["socket_connect_timeout"] <= 0.5
    assert options["socket_timeout"] <= 3
    assert options["max_retries"] == 0
    assert current_app.conf.task_publish_retry is False


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_cache_that_hangs_costs_a_request_a_tenth_of_a_second(black_hole):
    options: Any = settings.CACHES["default"]["OPTIONS"]
    hung = RedisCache(f"redis://127.0.0.1:{black_hole}", {"OPTIONS": dict(options)})

    began = time.monotonic()
    with pytest.raises(Exception, match=r"(?i)timeout"):
        hung.get("anything")
    assert time.monotonic() - began < 0.5  # 0.1 s once; a second try would show
    assert isinstance(caches["default"], RedisCache)


# Put together here, so that this file does not say them either.
UNSAID = [
    "/wo" + "rk/",
    "sha" + "red/",
    "DES" + "IGN.md",
    "STY" + "LE.md",
    "pypi" + ".org",
    "python" + "hosted",
    "npm" + "js.",
    "crates" + ".io",
]
TEXTS = ("*.py", "*.html", "*.css", "*.js", "*.md", "*.txt", "*.toml", "*.yml", "*.yaml", "*.po",
         "*.sh", "Makefile", "Dockerfile", "run", ".env.example", "NOTICE", "LICENSE")  # fmt: skip


def test_the_project_speaks_of_itself_alone():
    def said(path: Path) -> list[str]:
        text = path.read_text()
        return [word for word in UNSAID if word in text]

    assert breaking(said, files(*TEXTS)) == {}


def test_the_rules_look_at_every_room():
    assert len(modules()) > 100
    assert ROOT / "weidian" / "settings.py" in modules()
