"""The project as Django sees it, so that its commands are found."""

from django.apps import AppConfig


class WeidianConfig(AppConfig):
    name = "weidian"
