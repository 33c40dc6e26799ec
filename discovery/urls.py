"""Addresses of the discovery room."""

from django.urls import path

from discovery import views

app_name = "discovery"
urlpatterns = [
    path("", views.stroll_page, name="stroll"),
    path("search", views.search_page, name="search"),
    path("friends", views.friends_page, name="friends"),
    path("friends/<public_id:person>", views.friend_page, name="friend"),
]
