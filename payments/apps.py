"""The payments room as Django sees it."""

from django.apps import AppConfig
from django.core.checks import register

from payments.gateways.checks import rails_are_ready


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        register(rails_are_ready)
