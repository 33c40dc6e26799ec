"""A vendor's look at who shares the shop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.standing import sharers_of
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required


@require_safe
@shop_required(Act.SEE_MONEY)
def sharers(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Show the shop's rate, its sharers and what their sales cost."""
    found = sharers_of(shop)
    page = {
        "shop": shop,
        "terms": shop.terms,
        "sharers": found,
        "clicks": sum(one.clicks for one in found),
        "orders": sum(one.orders for one in found),
        "cost_minor": sum(one.cost_minor for one in found),
    }
    return render(request, "referrals/sharers.html", page)
