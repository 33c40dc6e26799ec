"""Addresses of the frame: language, look, and the page that shows every part."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from kit import views

app_name = "kit"
urlpatterns = [
    # No token is asked: the switch stands on every page, and public pages are kept whole
    # for all visitors alike. The worst a stranger's form can do is change the language.
    path("i18n/setlang", csrf_exempt(set_language), name="set_language"),
    path("look", views.look, name="look"),
    path("about/ui", views.every_part, name="every_part"),
]
