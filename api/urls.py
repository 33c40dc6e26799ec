"""The addresses of the doors for machines."""

from __future__ import annotations

from django.urls import path

from api import webhooks

app_name = "api"

urlpatterns = [
    path("webhooks/<str:provider>", webhooks.webhook, name="webhook"),
]
