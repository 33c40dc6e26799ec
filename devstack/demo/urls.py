"""The demo's own addresses before those of the house."""

from django.urls import include, path

from devstack.demo import views

urlpatterns = [
    path("demo/", views.index, name="demo"),
    path("demo/in/<str:token>", views.walk_in, name="demo_in"),
    path("demo/mail", views.mailbox, name="demo_mail"),
    path("demo/clock", views.move_clock, name="demo_clock"),
    path("", include("weidian.urls")),
]
