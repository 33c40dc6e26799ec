"""Every address of the house, each in the room that answers it.

The shop's own address, ``/<handle>``, comes last; ``shops.handles`` keeps anybody from
taking a word that stands here.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.static import serve

from kit.public_ids import PublicIdConverter
from weidian import health

register_converter(PublicIdConverter, "public_id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("kit.urls")),
]

if settings.DEMO or settings.DEBUG:
    # A reverse proxy serves media from its volume; a checkout has none.
    urlpatterns.append(path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}))

# Rooms are added from the lowest up; the page of a shop, which matches any word, is last.
urlpatterns += [
    path("", include("weidian.signing_in.urls")),
    path("", include("people.urls")),
    path("", include("notifications.urls")),
    path("", include("ledger.urls")),
    path("", include("shops.urls")),
    path("", include("catalog.urls")),
    path("", include("payments.urls")),
    path("", include("referrals.urls")),
    path("", include("discovery.urls")),
    path("", include("orders.urls")),
    path("", include("moderation.urls")),
    path("", include("insights.urls")),
    path("", include("api.urls")),
    path("", include("referrals.shop_urls")),  # "/<handle>": nothing may come after it
]
