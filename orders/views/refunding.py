"""The vendor's page that pays part of an order back: look first, then send."""

from __future__ import annotations

import re
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit.money import Money
from kit.public_ids import public_id as new_id
from kit.states import TransitionRefused
from kit.web import form_page, moved_on, refused
from orders import asking, sums
from orders.forms import KEY, RefundForm
from orders.models import Order, OrderLine, OrderRefund
from payments.refunding import RefundKeyReused
from people.models import Person
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required

PAGE = "orders/shop_refund.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@shop_required(Act.REFUND)
def refund_part(request: HttpRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Ask how much goes back; say who gives what; send it once that was seen."""
    order = get_object_or_404(shop.orders.select_related("shop"), public_id=public_id)
    if is_sent_already(request, order):
        return _sent(request, order)
    lines = list(order.lines.select_related("commission"))
    left = sums.left_of(order, lines)
    if order.state not in asking.REFUNDABLE or not left.total_minor:
        return _nothing_left(request, order)
    form = form_of(request, order, lines, left)
    if not form.is_bound or not form.is_valid():
        return form_page(request, PAGE, form, {"order": order})
    if form.cleaned_data["seen"] != left.total_minor:
        return moved_on(request)
    return _look_or_send(request, order, form, sums.quote(lines, form.back()))


def _look_or_send(
    request: HttpRequest, order: Order, form: RefundForm, quote: sums.Quote
) -> HttpResponse:
    if form.cleaned_data["act"] == "look":
        return render(request, PAGE, {"form": form, "order": order, "quote": quote})
    return _send(request, order, form)


def _send(request: HttpRequest, order: Order, form: RefundForm) -> HttpResponse:
    try:
        asking.ask(
            order=order,
            back=form.back(),
            asker=OrderRefund.Asker.VENDOR,
            by=cast(Person, request.user),
            why=form.cleaned_data["why"],
            key=form.cleaned_data["key"],
        )
    except asking.ShopCannotBear as fact:
        return _cannot_bear(request, order, fact.missing_minor)
    except (asking.MoreThanPaid, RefundKeyReused, TransitionRefused):
        return moved_on(request)
    return _sent(request, order)


def form_of(
    request: HttpRequest,
    order: Order,
    lines: list[OrderLine],
    left: sums.Back,
    *,
    draft: dict[str, Any] | None = None,
) -> RefundForm:
    """Return what was sent, or an empty form; ``draft`` is what was typed before."""
    return RefundForm(
        request.POST if request.method == "POST" else None,
        initial={**(draft or {}), "key": f"{new_id()}{new_id()}", "seen": left.total_minor},
        lines=lines,
        left=left,
        currency=order.currency,
    )


def is_sent_already(request: HttpRequest, order: Order) -> bool:
    """Whether this very press was heard before: a second tap finds what the first did."""
    key = request.POST.get("key", "")
    is_press = request.POST.get("act") == "send" and re.fullmatch(KEY, key) is not None
    return is_press and asking.is_asked(order, key)


def _sent(request: HttpRequest, order: Order) -> HttpResponse:
    messages.success(request, _("The buyer's money is on its way back."))
    return redirect("orders:shop_order", public_id=order.public_id)


def _nothing_left(request: HttpRequest, order: Order) -> HttpResponse:
    return refused(
        request,
        title=_("Nothing can go back now"),
        message=_("Of this order nothing is paid, or all of it is on its way back."),
        back=f"/shop/orders/{order.public_id}",
    )


def _cannot_bear(request: HttpRequest, order: Order, missing_minor: int) -> HttpResponse:
    missing = Money(missing_minor, order.currency).display(get_language() or "en")
    return refused(
        request,
        title=_("Your shop's balance is too low"),
        message=_(
            "It is %(missing)s short. Refund less, or wait for the next sale; or write to us."
        )
        % {"missing": missing},
        back=f"/shop/orders/{order.public_id}",
    )
