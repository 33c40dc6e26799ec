"""The doors of wish lists: one's own, somebody's, and putting a product on one."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import wishing
from catalog.models import Product, WishList
from discovery.cards import Card, cards_of
from discovery.forms import WishForm, WishListForm
from discovery.shown import Place, viewer_of
from discovery.stroll import TILES_A_PAGE
from kit.web import form_page, pressed, refused
from people.web import SignedInRequest, door

GET_AND_POST = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Wished:
    """One wish as its list shows it: the card, and what taking it off must say."""

    product: Product
    card: Card


@login_required
@require_http_methods(GET_AND_POST)
def mine(request: SignedInRequest) -> HttpResponse:
    form = WishListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = wishing.open_list(person=request.user, **form.cleaned_data)
        except wishing.NameTaken:
            form.add_error("name", _("You have a list of this name. Choose another."))
        except wishing.TooMany:
            return _too_many(request, "/me/wishes")
        else:
            return redirect("discovery:wish_list", public_id=opened.public_id)
    own = WishList.objects.filter(person=request.user).annotate(count=Count("wishes"))
    followed = WishList.objects.seen_by(request.user).filter(follows__person=request.user)
    page = {
        "lists": list(own.order_by("-opened_at", "-pk")),
        "followed": list(followed.select_related("person").order_by("name", "pk")),
    }
    return form_page(request, "discovery/wishes/mine.html", form, page)


@require_safe
@never_cache
def wish_list(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = viewer_of(request.user)
    seen = WishList.objects.seen_by(viewer).select_related("person")
    found = get_object_or_404(seen, public_id=public_id)
    wishes = found.wishes.select_related("product").order_by("-wished_at", "-pk")
    if viewer != found.person:  # what was taken down is nobody else's to look at
        wishes = wishes.filter(product__in=Product.objects.on_sale())
    page = Paginator(wishes, TILES_A_PAGE).get_page(request.GET.get("page"))
    products = [one.product for one in page]
    places = [Place(one.pk, None, by_friend=False) for one in products]
    cards = cards_of(places, lead_with_words=False)
    follows = viewer is not None and found.follows.filter(person=viewer).exists()
    context = {
        "list": found,
        "page": page,
        "wished": [Wished(*pair) for pair in zip(products, cards, strict=True)],
        "is_own": viewer == found.person,
        "follows": follows,
        "address": f"{settings.BASE_URL}/w/{found.public_id}",
    }
    return render(request, "discovery/wishes/list.html", context)


@login_required
@require_http_methods(GET_AND_POST)
def edit(request: SignedInRequest, public_id: str) -> HttpResponse:
    own = get_object_or_404(WishList, person=request.user, public_id=public_id)
    form = WishListForm(
        request.POST if request.method == "POST" else None,
        initial={"name": own.name, "seen_by": own.seen_by},
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishing.change_list(wish_list=own, **form.cleaned_data)
        except wishing.NameTaken:
            form.add_error("name", _("You have a list of this name. Choose another."))
        else:
            messages.success(request, _("Saved."))
            return redirect("discovery:wish_list", public_id=own.public_id)
    return form_page(request, "discovery/wishes/edit.html", form, {"list": own})


@door
def close(request: SignedInRequest, public_id: str) -> HttpResponse:
    own = get_object_or_404(WishList, person=request.user, public_id=public_id)
    wishing.close_list(wish_list=own)
    messages.success(request, _("The list %(name)s is gone.") % {"name": own.name})
    return redirect("discovery:wishes")


@door
def drop(request: SignedInRequest, public_id: str, product: str) -> HttpResponse:
    own = get_object_or_404(WishList, person=request.user, public_id=public_id)
    wished = get_object_or_404(Product, public_id=product, wishes__wish_list=own)
    wishing.unwish(wish_list=own, product=wished)
    messages.success(request, _("%(title)s is off the list.") % {"title": wished.title})
    return redirect("discovery:wish_list", public_id=own.public_id)


@door
def follow(request: SignedInRequest, public_id: str) -> HttpResponse:
    seen = WishList.objects.seen_by(request.user).exclude(person=request.user)
    found = get_object_or_404(seen, public_id=public_id)
    if pressed(request, "follow", "unfollow", default="follow") == "unfollow":
        wishing.unfollow(person=request.user, wish_list=found)
        return redirect("discovery:wish_list", public_id=public_id)
    try:
        wishing.follow(person=request.user, wish_list=found)
    except wishing.TooMany:
        return _too_many(request, f"/w/{public_id}")
    except WishList.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, _("You hear when something on it comes back or gets cheaper."))
    return redirect("discovery:wish_list", public_id=public_id)


@login_required
@require_http_methods(GET_AND_POST)
def wish(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Put a product on a list of one's own."""
    product = get_object_or_404(Product.objects.met_by(request.user), public_id=public_id)
    own = WishList.objects.filter(person=request.user).order_by("-opened_at", "-pk")
    newest = own.first()
    form = WishForm(
        request.POST if request.method == "POST" else None,
        lists=own,
        initial={
            "wish_list": newest.public_id if newest else None,
            "name": "" if newest else _("My wishes"),
        },
    )
    if request.method == "POST" and form.is_valid():
        return _wished(request, product, form)
    page = {"product": product, "photos": list(product.photos.all())}
    return form_page(request, "discovery/wishes/wish.html", form, page)


def _wished(request: SignedInRequest, product: Product, form: WishForm) -> HttpResponse:
    name = form.cleaned_data["name"]
    # A name that was written counts, for a list was chosen beforehand.
    own = WishList.objects.filter(person=request.user, name=name).first() if name else None
    try:
        if own is None and name:
            own = wishing.open_list(person=request.user, name=name, seen_by=WishList.SeenBy.ME)
        own = own or form.cleaned_data["wish_list"]
        wishing.wish(wish_list=own, product=product)
    except (wishing.TooMany, wishing.NameTaken):
        return _too_many(request, "/me/wishes")
    except WishList.DoesNotExist as gone:  # thrown away in another tab meanwhile
        raise Http404 from gone
    messages.success(request, _("%(title)s is on the list.") % {"title": product.title})
    return redirect("discovery:wish_list", public_id=own.public_id)


def _too_many(request: HttpRequest, back: str) -> HttpResponse:
    return refused(
        request,
        title=_("That is as many as one can have"),
        message=_("Take something away first: a list, a wish or a list you follow."),
        back=back,
    )
