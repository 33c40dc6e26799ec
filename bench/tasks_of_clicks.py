"""The Celery application whose worker stores one click a task."""

from __future__ import annotations

import django

django.setup()

from bench.click_drain import worker as app  # noqa: E402  # models need the set-up above

__all__ = ["app"]
