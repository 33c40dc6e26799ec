"""The demo as Django sees it; installed by the launcher alone."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "devstack.demo"
    label = "demo"
