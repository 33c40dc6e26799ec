"""The vendor's pages: orders to send, and the shop's money."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit import tables
from kit.states import TransitionRefused
from kit.web import download, form_page, moved_on, page_of
from orders import asking, circle_joining, fulfilment, refunds, shown, statement, story
from orders.forms import DispatchForm
from orders.models import Order
from orders.sums import left_of
from people.models import Person
from shops.models import Shop
from shops.staff import Act, may
from shops.web import shop_required

ORDERS_A_PAGE = 20
S = Order.State

# chip -> the states it shows
SHELVES: dict[str, list[str]] = {
    "to-send": [S.PAID],
    "sent": [S.SHIPPED],
    "received": [S.COMPLETED],
    "refunds": [S.REFUNDING, S.REFUNDED],
    "unpaid": [S.PLACED],
    "all": [state for state in S.values if state != S.CANCELLED],
}


@never_cache
@require_safe
@shop_required(Act.SEE_ORDERS)
def orders(request: HttpRequest, shop: Shop) -> HttpResponse:
    shelf = request.GET.get("show", "")
    shelf = shelf if shelf in SHELVES else "to-send"
    # What waits longest is sent first; elsewhere the newest stands on top.
    order_by = ("paid_at", "pk") if shelf == "to-send" else ("-placed_at", "-pk")
    rows = shop.orders.filter(state__in=SHELVES[shelf]).order_by(*order_by)
    page = page_of(request, rows.prefetch_related("lines"), size=ORDERS_A_PAGE)
    counts = shown.counts_of(shop)
    context = {
        "shop": shop,
        "shelf": shelf,
        "chips": [(name, sum(counts.get(s, 0) for s in SHELVES[name])) for name in SHELVES],
        "page": page,
        "cards": [(card, _form_of(card.order)) for card in shown.cards_of(page.object_list)],
    }
    return render(request, "orders/shop_orders.html", context)


@never_cache
@require_safe
@shop_required(Act.SEE_ORDERS)
def order(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    found = _order_of(shop, public_id)
    return form_page(request, "orders/shop_order.html", _form_of(found), _page(request, found))


@require_POST
@shop_required(Act.DISPATCH)
def dispatch(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    found = _order_of(shop, public_id)
    form = _form_of(found, request)
    if not form.is_valid():
        return form_page(request, "orders/shop_order.html", form, _page(request, found))
    try:
        fulfilment.dispatch(order=found, by=cast(Person, request.user), **form.cleaned_data)
    except TransitionRefused:
        return moved_on(request)
    messages.success(request, _("Sent. The buyer has been told."))
    return redirect("orders:shop_orders")


@require_POST
@shop_required(Act.REFUND)
def refund(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    found = _order_of(shop, public_id)
    refunds.before_dispatch(order=found, by=cast(Person, request.user))
    messages.success(request, _("The buyer's money is on its way back."))
    return redirect("orders:shop_order", public_id=found.public_id)


@never_cache
@require_safe
@shop_required(Act.SEE_MONEY)
def money(request: HttpRequest, shop: Shop) -> HttpResponse:
    is_owner = shop.owner_id == request.user.pk
    page = {"shop": shop, "money": statement.of(shop), "is_owner": is_owner}
    return render(request, "orders/shop_money.html", page)


@never_cache
@require_safe
@shop_required(Act.SEE_MONEY)
def money_file(request: HttpRequest, shop: Shop) -> HttpResponse:
    rows = tables.lines(statement.head(), statement.all_rows(shop))
    return download(rows, name=f"{shop.handle}-money.csv")


def _order_of(shop: Shop, public_id: str) -> Order:
    orders_here = shop.orders.select_related("shop__terms", "checkout")
    return get_object_or_404(orders_here, public_id=public_id)


def _form_of(found: Order, request: HttpRequest | None = None) -> DispatchForm:
    # Several of these forms stand on one page: their ids must differ.
    sent = request.POST if request is not None else None
    return DispatchForm(sent, auto_id=f"{found.public_id}_%s")


def _page(request: HttpRequest, found: Order) -> dict[str, object]:
    lines = list(found.lines.all())
    return {
        "order": found,
        "story": story.to_vendor(found),
        "lines": shown.with_photos(lines),
        "refunds": shown.refunds_of(found),
        "may_refund": may(cast(Person, request.user), Act.REFUND, found.shop),
        "may_refund_part": found.state in asking.REFUNDABLE,
        "left_minor": left_of(found, lines).total_minor,
        "gift_minor": sum(line.given_minor for line in lines),
        "due_at": story.dispatch_due(found),
        "together": circle_joining.joined_by(found),
    }
