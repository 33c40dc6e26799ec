"""The shops room as Django sees it."""

from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "shops"
