"""The project: settings, addresses, the timetable and signing in."""

from weidian.celery import app as celery_app

__all__ = ["celery_app"]
