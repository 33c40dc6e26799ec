"""The least a Django view can do: what the public pages are compared with."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def ok(_request: HttpRequest) -> HttpResponse:
    """Say ok."""
    return HttpResponse("ok")


urlpatterns = [path("", ok)]

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="bench"
    )

application = get_wsgi_application()
