"""The desk: paying a buyer back by the word of the house, and what it paid back so far."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.states import TransitionRefused
from kit.web import form_page, moved_on, page_of, refused
from orders import asking, forcing, shown, sums
from orders.forms import RefundForm
from orders.models import Order, OrderRefund
from orders.views.refunding import form_of, is_sent_already
from payments.refunding import RefundKeyReused
from payments.web import finance_only
from people.web import SignedInRequest, proved_lately
from referrals.forms import OrderNumberForm

PAGE = "orders/desk/refund.html"
ROWS = 40
FORBIDDEN = 403


@finance_only
@require_safe
@never_cache
def refunds(request: SignedInRequest) -> HttpResponse:
    """Ask which order it is about, and list what the house paid back before."""
    form = OrderNumberForm(request.GET if "order" in request.GET else None)
    if form.is_valid():
        number = form.cleaned_data["order"]
        if Order.objects.filter(public_id=number).exists():
            return redirect("orders:desk_refund", public_id=number)
        form.add_error("order", _("No order bears this number."))
    rows = OrderRefund.objects.by_the_house().select_related("order__shop", "asked_by", "refund")
    page = page_of(request, rows.order_by("-pk"), size=ROWS)
    listed = [shown.refund(row) for row in page.object_list]
    return form_page(request, "orders/desk/refunds.html", form, {"page": page, "rows": listed})


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def refund(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask how much goes back and why; say who gives what; send it once that was seen."""
    order = get_object_or_404(Order.objects.select_related("shop"), public_id=public_id)
    if is_sent_already(request, order):
        return _sent(request, order)
    lines = list(order.lines.select_related("commission"))
    left = sums.left_of(order, lines)
    refusal = _refusal(request, order, left)
    if refusal is not None:
        return refusal
    form = form_of(request, order, lines, left, draft=request.session.get(_draft(order)))
    if not form.is_bound or not form.is_valid():
        return form_page(request, PAGE, form, _page(order))
    if form.cleaned_data["seen"] != left.total_minor:
        return moved_on(request)
    return _look_or_send(request, order, form, sums.quote(lines, form.back()))


def _look_or_send(
    request: SignedInRequest, order: Order, form: RefundForm, quote: sums.Quote
) -> HttpResponse:
    if form.cleaned_data["act"] == "send":
        return _send(request, order, form)
    short_minor = asking.short_minor(order, more_minor=quote.shop_minor)
    looked = {"form": form, "quote": quote, "short_minor": short_minor}
    return render(request, PAGE, _page(order) | looked)


def _send(request: SignedInRequest, order: Order, form: RefundForm) -> HttpResponse:
    """Pay it back, if who presses proved who they are minutes ago."""
    sent = form.cleaned_data
    if not proved_lately(request):
        kept = {name: sent[name] for name in (*form.lines, "shipping", "why") if sent.get(name)}
        request.session[_draft(order)] = kept
        page = {"next": request.get_full_path(), "back": "/desk/refunds"}
        return render(request, "payments/desk/prove_first.html", page, status=FORBIDDEN)
    back, why, key = form.back(), sent["why"], sent["key"]
    try:
        forcing.force(order=order, back=back, by=request.user, why=why, key=key)
    except forcing.OwnOrder:
        return _own(request)
    except (asking.MoreThanPaid, RefundKeyReused, TransitionRefused):
        return moved_on(request)
    request.session.pop(_draft(order), None)
    return _sent(request, order)


def _refusal(request: SignedInRequest, order: Order, left: sums.Back) -> HttpResponse | None:
    """Return why nothing can be decided here, if so."""
    if forcing.is_own(order, request.user):
        return _own(request)
    if order.state in asking.REFUNDABLE and left.total_minor:
        return None
    return refused(
        request,
        title=_("Nothing can go back now"),
        message=_("Of this order nothing is paid, or all of it is on its way back."),
        back="/desk/refunds",
    )


def _own(request: SignedInRequest) -> HttpResponse:
    return refused(
        request,
        title=_("This one is your own"),
        message=_("You bought it or work in its shop, so somebody else has to decide."),
        back="/desk/refunds",
    )


def _sent(request: SignedInRequest, order: Order) -> HttpResponse:
    messages.success(request, _("The money is on its way back. Both sides are told why."))
    return redirect("orders:desk_refunds")


def _page(order: Order) -> dict[str, Any]:
    return {"order": order, "refunds": shown.refunds_of(order)}


def _draft(order: Order) -> str:
    """Name the place in a session for a refund that waits for a proof of who decides."""
    return f"house_refund:{order.public_id}"
