"""The addresses of the referrals room, but for the shop's own, which must come last of all."""

from __future__ import annotations

from django.urls import path

from referrals.views import earnings, landing, sharers, sharing

app_name = "referrals"

urlpatterns = [
    path("s/<str:code>", landing.share_link, name="share_link"),
    path("p/<public_id:public_id>", landing.product, name="product"),
    path("p/<public_id:public_id>/share", sharing.share, name="share"),
    path("me/earnings", earnings.earnings, name="earnings"),
    path("me/earnings.csv", earnings.earnings_file, name="earnings_file"),
    path("me/earnings/<str:line_key>", earnings.story, name="earning"),
    path("shop/sharers", sharers.sharers, name="sharers"),
]
