"""Addresses of the discovery room."""

from django.urls import path

from discovery.views import searching, strolling, wishes

app_name = "discovery"
urlpatterns = [
    path("", strolling.stroll_page, name="stroll"),
    path("search", searching.search_page, name="search"),
    path("friends", strolling.friends_page, name="friends"),
    path("friends/<public_id:person>", strolling.friend_page, name="friend"),
    path("me/wishes", wishes.mine, name="wishes"),
    path("w/<public_id:public_id>", wishes.wish_list, name="wish_list"),
    path("w/<public_id:public_id>/edit", wishes.edit, name="edit_wish_list"),
    path("w/<public_id:public_id>/close", wishes.close, name="close_wish_list"),
    path("w/<public_id:public_id>/follow", wishes.follow, name="follow_wish_list"),
    path("w/<public_id:public_id>/drop/<public_id:product>", wishes.drop, name="drop_wish"),
    path("p/<public_id:public_id>/wish", wishes.wish, name="wish"),
]
