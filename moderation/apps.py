"""The moderation room as Django sees it."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
