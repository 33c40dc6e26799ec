"""Loaded before Django's settings are read: which servers this run of the suite uses."""

from __future__ import annotations

import os

import devstack
from devstack import paths

devstack.ensure_environment()
# Nothing is collected for tests; WhiteNoise warns at every client when the folder is missing.
(paths.CHECKOUT / "build" / "static").mkdir(parents=True, exist_ok=True)
# Two runs side by side, or one after a crash, never meet in a database or a key.
os.environ["WEIDIAN_VALKEY_PREFIX"] = f"test{os.getpid()}"
os.environ["WEIDIAN_ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["WEIDIAN_DEBUG"] = "1"  # plain HTTP between the tests and their server
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in the test's thread
