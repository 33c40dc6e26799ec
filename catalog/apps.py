"""The catalog room as Django sees it."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
