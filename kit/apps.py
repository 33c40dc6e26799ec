"""The kit as Django sees it."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "kit"
