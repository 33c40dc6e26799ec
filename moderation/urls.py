"""Addresses of the moderation room."""

from django.urls import path

from moderation import views

app_name = "moderation"
urlpatterns = [
    path("desk/", views.queue_page, name="queue"),
    path("desk/decisions", views.decisions_page, name="decisions"),
    path("desk/<public_id:hold>", views.hold_page, name="hold"),
]
