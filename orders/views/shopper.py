"""The shopper's pages: one order by its signed link, and all orders of a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit.states import TransitionRefused
from kit.web import moved_on, page_of, refused
from orders import fulfilment, links, paying, refunds, shown
from orders.models import Order
from orders.web import base_url, is_buyer, order_or_404, person_of
from payments.charging import ProviderAway, ProviderRefused
from people.web import SignedInRequest

ORDERS_A_PAGE = 20


@never_cache
@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    found = order_or_404(token)
    page = shown.to_buyer(found, viewer=person_of(request))
    response = render(request, "orders/order.html", page | {"may_act": is_buyer(request, found)})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Go to the provider's page; whoever has the link may pay."""
    found = order_or_404(token)
    try:
        return redirect(paying.begin(found.checkout, base_url=base_url(request)))
    except paying.PaymentIsOver:
        return redirect(links.signed_path(found))
    except (ProviderAway, ProviderRefused):
        words = _("The payment page cannot be reached right now. Nothing was charged; try again.")
        messages.error(request, words)
    return redirect(links.signed_path(found))


def _of_its_buyer(
    act: Callable[[HttpRequest, Order], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Let only the buyer press: a guest is asked to sign in, a stranger finds nothing."""

    @require_POST
    @wraps(act)
    def press(request: HttpRequest, token: str) -> HttpResponse:
        found = order_or_404(token)
        if is_buyer(request, found):
            return act(request, found)
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(links.signed_path(found))

    return press


@_of_its_buyer
def confirm(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        fulfilment.confirm(order=order)
    except fulfilment.RefundIsOpen:
        return refused(
            request,
            title=_("A refund is still on its way"),
            message=_("Confirm once it is done: then it is known what the shop is paid."),
            back=links.signed_path(order),
        )
    except TransitionRefused:
        order.refresh_from_db()
        if order.state != Order.State.COMPLETED:
            return moved_on(request)
    else:
        messages.success(request, _("Thank you. The shop is paid now."))
    return redirect(links.signed_path(order))


@_of_its_buyer
def extend(request: HttpRequest, order: Order) -> HttpResponse:
    fulfilment.extend(order=order)
    messages.success(request, _("You have seven more days to look at it."))
    return redirect(links.signed_path(order))


@_of_its_buyer
def refund(request: HttpRequest, order: Order) -> HttpResponse:
    refunds.before_dispatch(order=order, by=person_of(request))
    messages.success(request, _("Your money is on its way back."))
    return redirect(links.signed_path(order))


@login_required
@never_cache
@require_safe
def my_orders(request: SignedInRequest) -> HttpResponse:
    rows = Order.objects.bought_by(request.user).select_related("shop").prefetch_related("lines")
    page = page_of(request, rows, size=ORDERS_A_PAGE)
    cards = shown.cards_of(page.object_list)
    return render(request, "orders/my_orders.html", {"page": page, "cards": cards})
