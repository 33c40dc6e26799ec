"""The insights room as Django sees it."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"
