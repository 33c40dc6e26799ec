"""Addresses of the ledger: its seals, which anybody may check."""

from __future__ import annotations

from django.urls import path

from ledger import views

app_name = "ledger"
urlpatterns = [
    path("about/ledger", views.seals, name="seals"),
    path("about/ledger/<str:day>.txt", views.digests, name="digests"),
]
