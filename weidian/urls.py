"""Every address of the house, each in the room that answers it.

The shop's own address, ``/<handle>``, comes last; ``shops.handles`` keeps anybody from
taking a word that stands here.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, register_converter

from kit.public_ids import PublicIdConverter

register_converter(PublicIdConverter, "public_id")

urlpatterns: list[URLPattern | URLResolver] = []
