"""A shop's own address, ``/<handle>``: included after everything else."""

from __future__ import annotations

from django.urls import path

from referrals.views import landing

app_name = "shop_door"

urlpatterns = [path("<str:handle>", landing.shop, name="shop")]
