"""The project as Django sees it, so that its commands and checks are found."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from weidian.checks import text_messages_reach_phones


class WeidianConfig(AppConfig):
    name = "weidian"

    def ready(self) -> None:
        register(text_messages_reach_phones, Tags.security, deploy=True)
