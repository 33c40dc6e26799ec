"""The addresses of the wallet."""

from __future__ import annotations

from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("me/wallet", views.show, name="wallet"),
    path("me/wallet/withdraw", views.withdraw, name="withdraw"),
    path("me/wallet/destination", views.destination, name="destination"),
]
