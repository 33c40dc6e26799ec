"""The discovery room as Django sees it."""

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "discovery"
