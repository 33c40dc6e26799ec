"""The doors of scenes: to stroll through one, to stand in it, and the moderators' desk."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import scenes as keeping
from catalog.models import Product, Scene, ScenePlace
from discovery import scenes
from discovery.cards import cards_of, in_two_columns
from discovery.forms import RemovalForm, SceneForm
from discovery.shown import viewer_of
from kit.public_ids import PublicIdConverter
from kit.web import form_page, page_of, pressed, refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required

moderators_only = role_required(StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
A_PAGE = 40
GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
def scene(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(Scene.objects.on(keeping.today()), public_id=public_id)
    page = scenes.page(viewer_of(request.user), found, request.GET.get("page"))
    left, right = in_two_columns(cards_of(list(page), lead_with_words=False))
    name, words = scenes.named(found)
    context = {"name": name, "words": words, "page": page, "left": left, "right": right}
    return render(request, "discovery/scenes/scene.html", context)


@shop_required(Act.LIST_PRODUCTS)
@require_safe
def of_shop(request: SignedInRequest, shop: Shop) -> HttpResponse:
    shown = list(Scene.objects.on(keeping.today()))
    named = [(one, *scenes.named(one)) for one in shown]
    return render(request, "discovery/scenes/of_shop.html", {"shop": shop, "scenes": named})


@shop_required(Act.LIST_PRODUCTS)
@require_http_methods(GET_AND_POST)
def fill(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Show a shop's goods with whether each stands in a scene, and put in or take out one."""
    found = get_object_or_404(Scene.objects.on(keeping.today()), public_id=public_id)
    if request.method == "POST":
        return _put(request, shop, found)
    goods = Product.objects.on_sale().filter(shop=shop).order_by("-published_at", "-pk")
    page = page_of(request, goods, size=A_PAGE)
    places = {
        place.product_id: place
        for place in ScenePlace.objects.filter(scene=found, product__shop=shop)
    }
    name, words = scenes.named(found)
    context = {
        "shop": shop,
        "scene": found,
        "name": name,
        "words": words,
        "page": page,
        "goods": [(product, places.get(product.pk)) for product in page],
        "most": keeping.MOST_OF_A_SHOP,
    }
    return render(request, "discovery/scenes/fill.html", context)


def _put(request: SignedInRequest, shop: Shop, found: Scene) -> HttpResponse:
    wanted = request.POST.get("product", "")
    if not re.fullmatch(PublicIdConverter.regex, wanted, re.ASCII):
        raise Http404
    product = get_object_or_404(Product, shop=shop, public_id=wanted)
    back = f"/shop/scenes/{found.public_id}"
    if pressed(request, "put_in", "take_out", default="put_in") == "take_out":
        keeping.take_out(scene=found, product=product, by=request.user)
        return redirect(back)
    try:
        keeping.put_in(scene=found, product=product, by=request.user)
    except keeping.ShopIsFull:
        title = _("Five of your products stand there already")
        message = _("Take one out first: a scene has room for many shops.")
        return refused(request, title=title, message=message, back=back)
    except (keeping.TakenOut, keeping.NotOnSale, keeping.SceneOver):
        title = _("This product cannot stand there")
        message = _("It is not on sale, or a moderator took it out. The list says why.")
        return refused(request, title=title, message=message, back=back)
    messages.success(request, _("%(title)s stands there now.") % {"title": product.title})
    return redirect(back)


@moderators_only
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    page = page_of(request, Scene.objects.order_by("-is_open", "position", "-pk"), size=A_PAGE)
    named = [(one, *scenes.named(one)) for one in page]
    return render(request, "discovery/scenes/desk.html", {"page": page, "scenes": named})


@moderators_only
@require_http_methods(GET_AND_POST)
def write(request: SignedInRequest, public_id: str = "") -> HttpResponse:
    """Open a scene, or change the one of this id."""
    found = get_object_or_404(Scene, public_id=public_id) if public_id else None
    form = SceneForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in SceneForm.base_fields} if found else None,
    )
    if request.method == "POST" and form.is_valid():
        written = keeping.SceneInput(**form.cleaned_data)
        kept = keeping.write(scene=found, written=written, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("discovery:desk_scene", public_id=kept.public_id)
    return form_page(request, "discovery/scenes/write.html", form, _standing(request, found))


def _standing(request: HttpRequest, found: Scene | None) -> dict[str, Any]:
    if found is None:
        return {"scene": None}
    places = found.places.select_related("product__shop").order_by("-put_in_at", "-pk")
    return {"scene": found, "page": page_of(request, places, size=A_PAGE)}


@moderators_only
@require_http_methods(GET_AND_POST)
def remove(request: SignedInRequest, public_id: str, product: str) -> HttpResponse:
    """Take a product out of a scene, with a reason."""
    standing = ScenePlace.objects.select_related("scene", "product__shop")
    place = get_object_or_404(standing, scene__public_id=public_id, product__public_id=product)
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keeping.remove(place=place, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Taken out; the shop is told why."))
        return redirect("discovery:desk_scene", public_id=public_id)
    return form_page(request, "discovery/scenes/remove.html", form, {"place": place})
