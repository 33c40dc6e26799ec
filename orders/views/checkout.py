"""Checkout: one page, one press of *pay*, and the way back from the provider."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit import phones
from kit.web import CONFLICT, form_page, moved_on, refused
from orders import bags, circle_joining, contacts, links, paying, placing
from orders.contents import Contents, contents, with_gifts
from orders.forms import KEY, WHOLE, CheckoutForm
from orders.models import Bag, Checkout, CircleOrder, Order, OrderLine
from orders.web import bag_of, base_url, person_of, with_bag
from payments.charging import ProviderAway, ProviderRefused
from people.models import Person
from people.trust import blocked_ids
from referrals import consent
from referrals.touches import Touch
from referrals.visits import Visitor, who_earn

KEY_BYTES = 24
CANNOT_PLACE = (
    placing.PriceMoved,
    placing.OutOfStock,
    placing.TooManyUnpaid,
    placing.MixedCurrencies,
    placing.KeyOfAnother,
    bags.NotForSale,
    bags.OwnGoods,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    only = _only(request)
    held = bag_of(request)
    asked = (request.POST if request.method == "POST" else request.GET).get("together", "")
    together = circle_joining.seen_by(person_of(request), asked) if asked else None
    is_open = together is not None and circle_joining.is_open(together)
    if asked and not is_open and not _is_placed(request):
        return _together_is_over(request)
    inside = contents(held, only=only)
    inside = with_gifts(inside, touches=_touches(request, held), buyer=person_of(request))
    brought_by = _brought_by(request, inside, _touches(request, held))
    page = {"inside": inside, "only": only, "together": together}
    if request.method == "POST":
        return _pay(request, page, brought_by)
    if not inside.to_buy:
        return redirect("orders:bag")
    first = _initial(request, inside)
    form = CheckoutForm(initial=first, brought_by=brought_by, pickup=_pickup(together))
    return form_page(request, "orders/checkout.html", form, page)


def _pay(request: HttpRequest, page: dict[str, Any], brought_by: dict[str, str]) -> HttpResponse:
    inside, together = page["inside"], page["together"]
    form = CheckoutForm(request.POST, brought_by=brought_by, pickup=_pickup(together))
    if not form.is_valid():
        return form_page(request, "orders/checkout.html", form, page)
    held = bag_of(request)
    try:
        placed = placing.place(
            lines=[placing.Wanted(line.variant.pk, line.quantity) for line in inside.to_buy],
            buyer=person_of(request),
            contact=form.contact(),
            checkout_key=form.cleaned_data["key"],
            touches=_touches(request, held),
            language=get_language() or "zh-hans",
            seen_total_minor=form.cleaned_data["seen_total"],
            bag=held,
            tells_name=form.may_learn(),
            together=together,
        )
    except placing.NothingToBuy:
        return redirect("orders:bag")
    except (circle_joining.NotOpen, circle_joining.NotInTheCircle, circle_joining.OtherGoods):
        return _together_is_over(request)
    except CANNOT_PLACE as fact:
        return _cannot(request, fact, inside)
    return with_bag(request, go_and_pay(request, placed), held)


def _pickup(together: CircleOrder | None) -> tuple[str, str] | None:
    """Return where it goes when a circle fetches it together."""
    return (together.region, together.address) if together is not None else None


def _is_placed(request: HttpRequest) -> bool:
    """Whether this very press was heard before: a second tap finds what the first did."""
    key = request.POST.get("key", "")
    return re.fullmatch(KEY, key) is not None and Checkout.objects.filter(key=key).exists()


def _together_is_over(request: HttpRequest) -> HttpResponse:
    return refused(
        request,
        title=_("You cannot order together here any more"),
        message=_("It has closed, or something else was in it. Nothing was charged."),
        back="/me/circles",
    )


def _touches(request: HttpRequest, held: Bag | None) -> list[Touch]:
    """Return the share links this visitor can prove to have followed."""
    return consent.proven(request.COOKIES, held.brought if held is not None else "")


def _brought_by(request: HttpRequest, inside: Contents, touches: list[Touch]) -> dict[str, str]:
    """Return who may learn that this person bought, by public id; a guest has no name to tell."""
    buyer = person_of(request)
    if buyer is None:
        return {}
    visitor = Visitor(buyer.pk, blocked_ids(buyer.pk))
    shops = [group.shop.pk for group in inside.groups if group.goods_minor]
    earners = who_earn(touches, shop_ids=shops, visitor=visitor)
    names = {one.sharer_id: one.sharer_name for one in earners}
    if not names:
        return {}
    ids = dict(Person.objects.filter(pk__in=names).values_list("pk", "public_id"))
    return {ids[pk]: name for pk, name in names.items() if pk in ids}


def go_and_pay(request: HttpRequest, placed: Checkout) -> HttpResponse:
    """Send the buyer to the provider's page, or to the order when there is nothing to pay."""
    order = Order.objects.filter(checkout=placed).order_by("pk")[0]
    try:
        return redirect(paying.begin(placed, base_url=base_url(request)))
    except paying.PaymentIsOver:
        order.refresh_from_db()
        return _after(request, order)
    except (ProviderAway, ProviderRefused):
        words = _("The payment page cannot be reached right now. Nothing was charged; try again.")
        messages.error(request, words)
    return redirect(links.signed_path(order))


@never_cache
@require_safe
def pay_back(request: HttpRequest) -> HttpResponse:
    """The provider sends the buyer back here, whether or not anything was paid."""
    order = _paid_by(request.GET.get("charge", ""))
    if request.user.is_authenticated and order.buyer_id not in {None, request.user.pk}:
        raise Http404
    try:
        paying.refresh(order.checkout.charge_id)
    except ProviderAway:
        messages.warning(request, _("We have not heard from the payment provider yet."))
    order.refresh_from_db()
    return with_bag(request, _after(request, order), bag_of(request))


def _paid_by(reference: str) -> Order:
    """Return the first order that the provider's charge of this name pays for."""
    if not reference.isprintable() or not reference:
        raise Http404
    orders = Order.objects.filter(checkout__charge__provider_ref=reference)
    order = orders.select_related("checkout__charge").order_by("pk").first()
    if order is None:
        raise Http404
    return order


def _after(request: HttpRequest, order: Order) -> HttpResponse:
    """Show the order; one that closed unpaid leads back to checkout with everything kept."""
    if order.state != Order.State.CANCELLED:
        return redirect(links.signed_path(order))
    messages.error(request, _("The payment was not completed. Nothing was charged."))
    lines = OrderLine.objects.filter(order__checkout=order.checkout_id)
    chosen = [("only", pk) for pk in lines.values_list("variant_id", flat=True)]
    joined = circle_joining.joined_by(order)
    circle = [("together", joined.public_id)] if joined and circle_joining.is_open(joined) else []
    again = urlencode([*chosen, *circle, ("again", links.token_of(order))])
    return redirect(f"/checkout?{again}")


def _cannot(request: HttpRequest, fact: Exception, inside: Contents) -> HttpResponse:
    if isinstance(fact, placing.KeyOfAnother):
        return moved_on(request)
    if isinstance(fact, placing.PriceMoved):
        page = {"fact": fact, "sent": _sent_again(request, fact), "inside": inside}
        return render(request, "orders/price_moved.html", page, status=CONFLICT)
    title, message = _why_not(fact)
    return refused(request, title=title, message=message, back="/bag")


def _why_not(fact: Exception) -> tuple[str, str]:
    if isinstance(fact, placing.OutOfStock):
        return (
            _("%(product)s has just sold out") % {"product": fact.variant.product.title},
            _("Nothing was charged. Your bag shows what is still there."),
        )
    if isinstance(fact, placing.TooManyUnpaid):
        return (
            _("Several orders wait for your payment"),
            _(
                "We keep goods for five unpaid orders at most. Pay one of them in your bag;"
                " what is not paid within half an hour makes room by itself."
            ),
        )
    if isinstance(fact, placing.MixedCurrencies):
        return (
            _("These shops sell in different currencies"),
            _("One payment can only be in one of them. Buy from one shop at a time."),
        )
    if isinstance(fact, bags.OwnGoods):
        return (
            _("This is your own shop"),
            _("You work in this shop. A sale to yourself would prove nothing to anybody."),
        )
    return (
        _("Something in your bag is no longer for sale"),
        _("Nothing was charged. Your bag shows what is still there."),
    )


def _sent_again(request: HttpRequest, fact: placing.PriceMoved) -> list[tuple[str, str]]:
    """Return what was sent, with the total as it is now, for the button that goes on."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "seen_total"}
        for value in values
    ]
    return [*kept, ("seen_total", str(fact.now_minor))]


def _only(request: HttpRequest) -> list[int]:
    sent = request.POST if request.method == "POST" else request.GET
    return [int(text) for text in sent.getlist("only")[:100] if WHOLE.fullmatch(text)]


def _initial(request: HttpRequest, inside: Contents) -> dict[str, object]:
    person = person_of(request)
    before = links.order_of(request.GET.get("again", ""))
    is_guests = before is not None and before.buyer_id is None
    contact = contacts.of(before) if before is not None and is_guests else None
    if person is not None:
        contact = contacts.last_of(person)
    known = asdict(contact) | {"phone": phones.grouped(contact.phone)} if contact else {}
    return {
        **known,
        "key": secrets.token_urlsafe(KEY_BYTES),
        "seen_total": inside.total_minor,
        "pay": "sandbox",
    }
