"""Addresses of the discovery room."""

from django.urls import path

from discovery.views import questions, scenes, searching, strolling, wishes

app_name = "discovery"
urlpatterns = [
    path("", strolling.stroll_page, name="stroll"),
    path("search", searching.search_page, name="search"),
    path("friends", strolling.friends_page, name="friends"),
    path("friends/questions", questions.questions, name="questions"),
    path("friends/questions/ask", questions.ask, name="ask"),
    path("friends/questions/<public_id:public_id>", questions.question, name="question"),
    path("friends/questions/<public_id:public_id>/close", questions.close, name="close_question"),
    path("friends/<public_id:person>", strolling.friend_page, name="friend"),
    path("me/wishes", wishes.mine, name="wishes"),
    path("w/<public_id:public_id>", wishes.wish_list, name="wish_list"),
    path("w/<public_id:public_id>/edit", wishes.edit, name="edit_wish_list"),
    path("w/<public_id:public_id>/close", wishes.close, name="close_wish_list"),
    path("w/<public_id:public_id>/follow", wishes.follow, name="follow_wish_list"),
    path("w/<public_id:public_id>/drop/<public_id:product>", wishes.drop, name="drop_wish"),
    path("p/<public_id:public_id>/alike", strolling.alike_page, name="alike"),
    path("p/<public_id:public_id>/wish", wishes.wish, name="wish"),
    path("scenes/<public_id:public_id>", scenes.scene, name="scene"),
    path("shop/scenes", scenes.of_shop, name="shop_scenes"),
    path("shop/scenes/<public_id:public_id>", scenes.fill, name="fill_scene"),
    path("desk/scenes", scenes.desk, name="desk_scenes"),
    path("desk/scenes/new", scenes.write, name="new_scene"),
    path("desk/scenes/<public_id:public_id>", scenes.write, name="desk_scene"),
    path(
        "desk/scenes/<public_id:public_id>/remove/<public_id:product>",
        scenes.remove,
        name="remove_from_scene",
    ),
]
