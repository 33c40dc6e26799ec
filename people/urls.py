"""The addresses of the people room."""

from __future__ import annotations

from django.urls import path

from people import views

app_name = "people"

urlpatterns = [
    path("me", views.me, name="me"),
    path("me/profile", views.profile, name="profile"),
    path("me/profile/no-picture", views.remove_picture, name="remove_picture"),
    path("me/friends", views.friends, name="friends"),
    path("u/<public_id:public_id>", views.page_of_person, name="person"),
    path("u/<public_id:public_id>/add", views.invitation, name="invitation"),
    path("u/<public_id:public_id>/ask", views.ask, name="ask"),
    path("u/<public_id:public_id>/accept", views.accept, name="accept"),
    path("u/<public_id:public_id>/decline", views.decline, name="decline"),
    path("u/<public_id:public_id>/withdraw", views.withdraw, name="withdraw"),
    path("u/<public_id:public_id>/end", views.end, name="end"),
    path("u/<public_id:public_id>/block", views.block, name="block"),
    path("u/<public_id:public_id>/unblock", views.unblock, name="unblock"),
]
