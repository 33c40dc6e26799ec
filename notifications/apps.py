"""The notifications room as Django sees it."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
