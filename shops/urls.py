"""Addresses of opening and keeping a shop."""

from __future__ import annotations

from django.urls import path

from shops import views

app_name = "shops"
urlpatterns = [
    path("open", views.open_shop, name="open"),
    path("shop/staff", views.people, name="staff"),
    path("shop/staff/<public_id:public_id>/remove", views.remove_person, name="remove_person"),
    path("me/shops", views.followed, name="followed"),
    path("shops/<slug:handle>/follow", views.follow, name="follow"),
]
