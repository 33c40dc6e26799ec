"""A vendor's shelf: every product with its state, taken down and put back."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Min, Prefetch, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import listing
from catalog.models import Hold, Naming, Product
from kit.web import page_of
from people.web import SignedInRequest
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required

A_PAGE = 30
FALLEN = Naming.objects.filter(taken_down_at__isnull=False).select_related("brand")


@shop_required(Act.LIST_PRODUCTS)
@require_safe
def products(request: SignedInRequest, shop: Shop) -> HttpResponse:
    offered = Q(variants__is_offered=True)
    mine = (
        Product.objects.filter(shop=shop)
        .annotate(
            lowest_minor=Min("variants__price_minor", filter=offered),
            pieces=Sum("variants__available", filter=offered),
        )
        .prefetch_related(
            "photos",
            Prefetch("holds", Hold.objects.select_related("rule", "brand").order_by("-pk")),
            Prefetch("namings", FALLEN, to_attr="fallen"),
        )
        .order_by("-created_at", "-pk")
    )
    page = {"shop": shop, "page": page_of(request, mine, size=A_PAGE)}
    return render(request, "catalog/products.html", page)


@shop_required(Act.LIST_PRODUCTS)
@require_POST
def take_down(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product, shop=shop, public_id=public_id)
    listing.unlist(product=product)
    undo = reverse("catalog:put_back", args=[product.public_id])
    taken = _("%(title)s is taken down.") % {"title": product.title}
    messages.success(request, taken, extra_tags=f"undo:{undo}")
    return redirect("catalog:products")


@shop_required(Act.LIST_PRODUCTS)
@require_POST
def put_back(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product, shop=shop, public_id=public_id)
    product = listing.relist(product=product, by=request.user)
    if product.state == Product.State.LIVE:
        messages.success(request, _("%(title)s is on sale again.") % {"title": product.title})
    else:
        messages.success(request, _("%(title)s is being looked at.") % {"title": product.title})
    return redirect("catalog:products")
