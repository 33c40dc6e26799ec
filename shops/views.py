"""Pages of a shop's own: opening it, its staff, and who follows it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.web import form_page, page_of, pressed, refused, way_back
from people.models import Person
from people.web import SignedInRequest
from shops import following, opening, staff
from shops.forms import OpenForm, StaffForm
from shops.models import Shop
from shops.staff import Act
from shops.web import SESSION_KEY, shop_required

NEXT_STEP = "/shop/products/new"
PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_shop(request: SignedInRequest) -> HttpResponse:
    """The second of two screens; the first is signing in, which comes back here."""
    mine = Shop.objects.filter(owner=request.user).order_by("pk").first()
    form = OpenForm(
        request.POST if request.method == "POST" else None, initial=_suggested(request.user)
    )
    if request.method == "POST" and form.is_valid():
        opened = _opened(request, form)
        if opened is not None:
            request.session[SESSION_KEY] = opened.pk
            messages.success(request, _("Your shop is open. Now its first product."))
            return redirect(NEXT_STEP)
    return form_page(request, "shops/open.html", form, {"mine": mine})


def _suggested(person: Person) -> dict[str, str]:
    name = _("%(name)s's shop") % {"name": person.name}
    return {
        "name": name[:40],
        "handle": opening.suggest_handle(person.name),
        "theme": Shop.Theme.PERSIMMON,
    }


def _opened(request: SignedInRequest, form: OpenForm) -> Shop | None:
    wanted = form.cleaned_data
    try:
        return opening.open_shop(owner=request.user, language=get_language() or "zh-hans", **wanted)
    except opening.HandleTaken:
        again = Shop.objects.filter(owner=request.user, handle=wanted["handle"]).first()
        if again is None:  # not a second tap on the same button
            free = opening.suggest_handle(wanted["handle"])
            form.add_error("handle", _("This address is taken. %(free)s is free.") % {"free": free})
        return again


@shop_required(Act.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, shop: Shop) -> HttpResponse:
    form = StaffForm(request.POST if request.method == "POST" else None, initial={"role": "packer"})
    if request.method == "POST" and form.is_valid():
        person, role = form.cleaned_data["who"], form.cleaned_data["role"]
        try:
            staff.add(shop=shop, person=person, role=role, by=request.user)
        except staff.AlreadyStaff:
            form.add_error("who", _("%(name)s works here already.") % {"name": person.name})
        else:
            messages.success(request, _("%(name)s works here now.") % {"name": person.name})
            return redirect("shops:staff")
    members = shop.memberships.select_related("person").order_by("since", "pk")
    return form_page(request, "shops/staff.html", form, {"shop": shop, "members": list(members)})


@shop_required(Act.MANAGE_STAFF)
@require_POST
def remove_person(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    person = get_object_or_404(Person, memberships__shop=shop, public_id=public_id)
    try:
        staff.remove(shop=shop, person=person, by=request.user)
    except staff.OneOwner:
        return refused(
            request,
            title=_("The owner stays"),
            message=_("A shop has one owner, who cannot be removed."),
            back="/shop/staff",
        )
    messages.success(request, _("%(name)s no longer works here.") % {"name": person.name})
    return redirect("shops:staff")


@require_POST
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    shop = get_object_or_404(Shop.objects.open(), handle=handle)
    if not request.user.is_authenticated:
        return redirect_to_login(f"/{shop.handle}")  # coming back to a POST would be a dead end
    if pressed(request, "follow", "unfollow", default="follow") == "unfollow":
        following.unfollow(person=request.user, shop=shop)
        messages.success(request, _("You no longer follow %(shop)s.") % {"shop": shop.name})
    else:
        following.follow(person=request.user, shop=shop)
        messages.success(
            request, _("You will hear when %(shop)s has something new.") % {"shop": shop.name}
        )
    return redirect(way_back(request, default=f"/{shop.handle}"))


@require_safe
@never_cache
@login_required
def followed(request: SignedInRequest) -> HttpResponse:
    """List the shops a person follows."""
    page = page_of(request, following.followed_by(request.user), size=PAGE)
    return render(request, "shops/followed.html", {"page": page, "shops": list(page)})
