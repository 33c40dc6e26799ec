"""Addresses of the discovery room."""

from django.urls import path

from discovery.views import searching, strolling

app_name = "discovery"
urlpatterns = [
    path("", strolling.stroll_page, name="stroll"),
    path("search", searching.search_page, name="search"),
    path("friends", strolling.friends_page, name="friends"),
    path("friends/<public_id:person>", strolling.friend_page, name="friend"),
]
