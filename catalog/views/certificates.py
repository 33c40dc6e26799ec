"""Certificates as everybody checks them, and as the vendor who carries them sees them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog import certificate_codes
from catalog.brand_minding import A_DAY, WARNINGS
from catalog.models import Brand, BrandFlag, Certificate, Naming, Product
from kit import clock
from kit.web import page_of
from people.web import SignedInRequest
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required

A_PAGE = 30
MOST_SHOWN = 30


@require_safe
def certificate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show anybody what a certificate is worth at this moment, and what it covers."""
    rows = Certificate.objects.select_related("brand", "shop", "category")
    found = get_object_or_404(rows, public_id=public_id)
    page = {
        "certificate": found,
        "products": list(found.products.all()),
        "address": certificate_codes.address_of(found),
        "code": certificate_codes.code_of(found),
        "is_open": found.shop.state == Shop.State.OPEN,
    }
    return render(request, "catalog/brands/certificate.html", page)


@shop_required(Act.LIST_PRODUCTS)
@require_safe
def of_shop(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Show a vendor their certificates, what ends soon, and which listings lack one."""
    rows = shop.certificates.select_related("brand", "category").order_by("-ends_at", "-pk")
    soon = rows.ending(before=clock.now() + max(WARNINGS) * A_DAY).order_by("ends_at")
    lacking = Naming.objects.filter(
        product__shop=shop,
        certificate=None,
        cleared_at=None,
        brand__state=Brand.State.VERIFIED,
        product__state__in=[Product.State.LIVE, Product.State.HELD, Product.State.UNLISTED],
    )
    flags = BrandFlag.objects.filter(certificate__shop=shop, gone_at=None)
    page = {
        "shop": shop,
        "page": page_of(request, rows, size=A_PAGE),
        "soon": list(soon),
        "lacking": list(lacking.select_related("brand", "product").order_by("-pk")[:MOST_SHOWN]),
        "flags": list(
            flags.select_related("product", "certificate__brand").order_by("-pk")[:MOST_SHOWN]
        ),
    }
    return render(request, "catalog/brands/of_shop.html", page)
