"""The share sheet: one's own link to a product, and every way to send it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from catalog.models import Product
from kit.money import Money
from people.web import SignedInRequest
from referrals import cards, links, sharing
from referrals.links import facts_from
from referrals.views.gone import gone


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the link, made the first time it is looked for; making it again changes nothing."""
    on_sale = Product.objects.on_sale().select_related("shop__terms")
    product = on_sale.filter(public_id=public_id).first()
    if product is None:
        return gone(request, public_id)
    link = links.link_for(person=request.user, product=product)
    if request.method == "POST":
        return redirect("referrals:share", public_id=product.public_id)
    language = get_language() or settings.LANGUAGE_CODE
    facts, earning = facts_from(link), links.earning_of(product.pk, version=product.version)
    lowest = product.variants.filter(is_offered=True).order_by("price_minor").first()
    price = Money(lowest.price_minor if lowest else 0, product.shop.currency).display(language)
    earner = facts if facts.can_pay else None
    page = {
        "product": product,
        "facts": facts,
        "earns": earning.display(language) if earner else "",
        "sheet": sharing.sheet_of(facts, earning, price=price, language=language),
        "card": cards.shown(
            friend=facts, earner=earner, product_id=product.pk, earning=earning, language=language
        ).friend,
    }
    return render(request, "referrals/share.html", page)
