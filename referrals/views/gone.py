"""What was on the shelf and is not any more."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import Product
from catalog.pages import others_of
from shops.models import Shop

GONE = 410


def gone(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that a product was taken off the shelf; one that never stood there is unknown."""
    found = Product.objects.filter(public_id=public_id, published_at__isnull=False)
    once = found.select_related("shop").first()
    if once is None:
        raise Http404
    is_open = once.shop.state == Shop.State.OPEN
    page = {
        "title": once.title,
        "shop": once.shop if is_open else None,
        "cards": others_of(once, once.shop) if is_open else [],
    }
    return render(request, "referrals/gone.html", page, status=GONE)
