"""The addresses of the notifications room."""

from __future__ import annotations

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("me/notices", views.notices, name="notices"),
    path("me/notices/read", views.open_all, name="open_all"),
    path("me/notices/<public_id:public_id>", views.open_notice, name="open_notice"),
]
