"""Circle orders as the shop has them: saying yes or no, and what goes to each pickup point."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit.states import TransitionRefused
from kit.web import UNPROCESSABLE, moved_on, page_of
from orders import circle_handing, circle_orders
from orders.circle_forms import NoForm
from orders.models import CircleOrder
from people.models import Person
from shops.models import Shop
from shops.staff import Act, may
from shops.web import shop_required

ROWS = 20


@never_cache
@require_safe
@shop_required(Act.SEE_ORDERS)
def listing(request: HttpRequest, shop: Shop) -> HttpResponse:
    """List the circle orders of a shop, the newest first."""
    rows = CircleOrder.objects.filter(shop=shop).select_related("circle", "product", "host")
    page = page_of(request, rows.order_by("-asked_at", "-pk"), size=ROWS)
    facts = {"shop": shop, "page": page, "rows": list(page)}
    return render(request, "orders/together/shop_list.html", facts)


@never_cache
@require_safe
@shop_required(Act.SEE_ORDERS)
def show(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Show one: where it goes, and what was ordered so far."""
    row = _of(shop, public_id)
    return render(request, "orders/together/shop_one.html", _page(request, row))


@require_POST
@shop_required(Act.LIST_PRODUCTS)
def answer(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Say yes, or no and why."""
    row, form = _of(shop, public_id), NoForm(request.POST)
    act, by = request.POST.get("act", ""), cast(Person, request.user)
    if act not in {"accept", "refuse"} or (act == "refuse" and not form.is_valid()):
        page = _page(request, row) | {"form": form}
        return render(request, "orders/together/shop_one.html", page, status=UNPROCESSABLE)
    try:
        if act == "accept":
            circle_orders.accept(circle_order=row, by=by)
            messages.success(request, _("Open. The circle can order now."))
        else:
            circle_orders.refuse(circle_order=row, by=by, why=form.cleaned_data["why"])
            messages.success(request, _("Refused. The host reads why."))
    except TransitionRefused:
        return moved_on(request)
    return redirect("orders:shop_together_one", public_id=row.public_id)


def _of(shop: Shop, public_id: str) -> CircleOrder:
    rows = CircleOrder.objects.filter(shop=shop).select_related("circle", "product", "host", "shop")
    return get_object_or_404(rows, public_id=public_id)


def _page(request: HttpRequest, row: CircleOrder) -> dict[str, Any]:
    return {
        "row": row,
        "parcels": circle_handing.listed(row),
        "may_answer": may(cast(Person, request.user), Act.LIST_PRODUCTS, row.shop),
        "form": NoForm(),
    }
