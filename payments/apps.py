"""The payments room as Django sees it."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
