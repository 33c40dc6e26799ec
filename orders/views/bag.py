"""The bag's page and its buttons."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Variant
from kit.web import form_page, pressed, refused, way_back
from orders import bags
from orders.contents import contents, unpaid_of
from orders.forms import AddForm, ChangeForm
from orders.links import signed_path
from orders.web import bag_for, bag_of, person_of, with_bag
from referrals import carrying


@require_http_methods(["GET", "HEAD", "POST"])
def bag(request: HttpRequest) -> HttpResponse:
    return _add(request) if request.method == "POST" else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    held = bag_of(request)
    inside = contents(held)
    pieces = sum(line.bag_line.quantity for line in inside.lines)
    unpaid = [(order, signed_path(order)) for order in unpaid_of(held)]
    # The tab bar reads a cookie, which this answer may be about to change.
    context = {"inside": inside, "unpaid": unpaid, "bag_count": pieces or ""}
    return with_bag(request, render(request, "orders/bag.html", context), held, pieces=pieces)


def _add(request: HttpRequest) -> HttpResponse:
    form = AddForm(request.POST)
    if not form.is_valid():
        mending = {"back": way_back(request), "brought": _brought(request)}
        return form_page(request, "orders/add.html", form, mending)
    asked = form.cleaned_data
    try:
        variant = bags.for_sale(asked["variant"], buyer=person_of(request))
    except (bags.NotForSale, bags.OwnGoods) as fact:
        return _not_for_you(request, fact)
    if (
        not variant.available
        or (asked["version"] or variant.product.version) < variant.product.version
    ):
        return _moved(request, variant)
    held = bag_for(request)
    if brought := _brought(request):
        bags.carry(bag=held, brought=brought)
    if asked["act"] == "buy":
        bags.set_quantity(bag=held, variant=variant, quantity=asked["quantity"])
        return with_bag(request, redirect(f"/checkout?only={variant.pk}"), held)
    bags.add(bag=held, variant=variant, quantity=asked["quantity"])
    messages.success(request, _("It is in your bag."))
    return with_bag(request, redirect(way_back(request, default="/bag")), held)


def _brought(request: HttpRequest) -> str:
    """Return the share links that the form carries for a visit without a cookie."""
    return carrying.read(request.POST.get("brought", ""))


def _not_for_you(request: HttpRequest, fact: Exception) -> HttpResponse:
    if isinstance(fact, bags.OwnGoods):
        message = _("You work in this shop. A sale to yourself would prove nothing to anybody.")
        return refused(request, title=_("This is your own shop"), message=message)
    return refused(
        request,
        title=_("This is no longer for sale"),
        message=_("The shop has taken it down. Perhaps it has something like it."),
        back=way_back(request),
    )


def _moved(request: HttpRequest, variant: Variant) -> HttpResponse:
    """Answer 409: it sold out, or its price or terms moved since the page was read."""
    if not variant.available:
        title = _("%(product)s is sold out") % {"product": variant.product.title}
        message = _("Somebody was a moment faster. Look at the page again: more may come.")
    else:
        title = _("The price or the terms have changed")
        message = _("%(product)s is not what it was when you opened the page. Look again.") % {
            "product": variant.product.title
        }
    back = carrying.address(f"/p/{variant.product.public_id}", _brought(request))
    return refused(request, title=title, message=message, back=back)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    form = ChangeForm(request.POST)
    held = bag_of(request)
    if not form.is_valid():
        return form_page(request, "orders/change.html", form)
    if held is None:
        return redirect("orders:bag")
    variant_id, wanted = form.cleaned_data["variant"], form.wanted()
    line = held.lines.select_related("variant").filter(variant_id=variant_id).first()
    if line is not None and wanted > 0:
        bags.set_quantity(bag=held, variant=line.variant, quantity=wanted)
    elif line is not None:
        taken = bags.remove(bag=held, variant_id=variant_id)
        undo = reverse("orders:bag_put_back", args=[variant_id, taken])
        messages.success(request, _("Taken out of your bag."), extra_tags=f"undo:{undo}")
    return with_bag(request, redirect("orders:bag"), held)


@require_POST
def forget_links(request: HttpRequest) -> HttpResponse:
    """Forget what the bag carries; the same form then goes on to browser and account."""
    pressed(request, "forget")
    held = bag_of(request)
    if held is not None:
        bags.forget_links(bag=held)
    return redirect("/about/cookies", preserve_request=True)


@require_POST
def put_back(request: HttpRequest, variant_id: int, quantity: int) -> HttpResponse:
    """Undo a removal."""
    try:
        variant = bags.for_sale(variant_id, buyer=person_of(request))
    except (bags.NotForSale, bags.OwnGoods) as fact:
        return _not_for_you(request, fact)
    held = bag_for(request)
    if quantity:
        bags.add(bag=held, variant=variant, quantity=min(quantity, bags.MOST_OF_ONE))
    return with_bag(request, redirect("orders:bag"), held)
