"""A circle's shelf, putting a product there, and taking it away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import circle_picks
from catalog.models import Product
from catalog.word_forms import PickForm
from kit.web import form_page, refused
from people import circle_reading
from people.models import Circle
from people.web import SignedInRequest


@require_safe
def shelf(request: HttpRequest, public_id: str) -> HttpResponse:
    circle = get_object_or_404(circle_reading.visible_to(request.user), public_id=public_id)
    page = {
        "circle": circle,
        "picks": circle_picks.shelf(circle, request.user),
        "is_member": circle_reading.place_of(circle, request.user) == "member",
    }
    return render(request, "catalog/shelf.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask on which circle's shelf a product belongs, and put it there."""
    product = get_object_or_404(
        Product.objects.on_sale().select_related("shop"), public_id=public_id
    )
    mine = circle_reading.circles_of(request.user.pk)
    asked = {"circle": request.GET.get("circle", "") or (mine[0].public_id if mine else "")}
    form = PickForm(request.POST if request.method == "POST" else None, initial=asked)
    form.offer(mine)
    if request.method == "POST" and mine and form.is_valid():
        chosen = {circle.public_id: circle for circle in mine}[form.cleaned_data["circle"]]
        return _added(request, product, chosen, form)
    return _form(request, product, mine, form)


def _form(
    request: HttpRequest, product: Product, mine: list[Circle], form: PickForm
) -> HttpResponse:
    page = {"product": product, "photo": product.photos.first(), "circles": mine}
    return form_page(request, "catalog/shelve.html", form, page)


def _added(
    request: SignedInRequest, product: Product, circle: Circle, form: PickForm
) -> HttpResponse:
    note = form.cleaned_data["note"]
    try:
        circle_picks.add(circle=circle, person=request.user, product=product, note=note)
    except circle_picks.NotLikeThis as seen:
        told = {"word": seen.args[0]}
        form.add_error("note", _("“%(word)s” cannot stand here. Say it in other words.") % told)
        return _form(request, product, circle_reading.circles_of(request.user.pk), form)
    except circle_picks.AlreadyThere:
        messages.info(request, _("It stands on that shelf already."))
    except (circle_picks.CannotPick, Product.DoesNotExist):
        return refused(
            request,
            title=_("It does not fit on that shelf"),
            message=_("The shelf is full, or the circle has closed. Take something away first."),
            back=f"/p/{product.public_id}",
        )
    else:
        messages.success(request, _("It is on the shelf."))
    return redirect("catalog:circle_shelf", public_id=circle.public_id)


@login_required
@require_POST
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    rows = circle_picks.may_remove(request.user).select_related("circle")
    pick = get_object_or_404(rows, public_id=public_id)
    circle_picks.remove(pick=pick)
    messages.success(request, _("It is off the shelf."))
    if circle_reading.visible_to(request.user).filter(pk=pick.circle_id).exists():
        return redirect("catalog:circle_shelf", public_id=pick.circle.public_id)
    return redirect("people:circles")
