"""What every page knows beyond its own subject."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page shows; asks the database nothing."""
    bag_count = request.COOKIES.get("bag_count", "").lstrip("0")[:3]
    look = request.COOKIES.get("look", "")
    return {
        "demo": settings.DEMO,
        "base_url": settings.BASE_URL,
        "help_email": settings.HELP_EMAIL,
        "bag_count": bag_count if bag_count.isascii() and bag_count.isdigit() else "",
        "look": look if look in {"light", "dark"} else "",
    }
