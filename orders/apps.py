"""The orders room as Django sees it."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
