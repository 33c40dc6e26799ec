"""The Celery application; workers, beat and the web processes share it."""

from __future__ import annotations

import os

from celery import Celery

from weidian.timetable import BEAT_SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidian.settings")

app = Celery("weidian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule_filename = os.environ.get("WEIDIAN_BEAT_FILE") or ".devstack/beat"
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()
