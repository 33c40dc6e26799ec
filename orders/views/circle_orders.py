"""Circle orders as a circle has them: asking, joining, handing out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import CirclePick
from kit.http import put_cookie
from kit.states import TransitionRefused
from kit.web import UNPROCESSABLE, form_page, moved_on, page_of, refused, too_many
from orders import bags, circle_handing, circle_joining, circle_orders
from orders.circle_forms import AskForm, JoinForm, NoForm
from orders.models import CircleOrder
from orders.web import bag_for, with_bag
from people import circle_reading
from people.models import Circle
from people.trust import blocked_ids
from people.web import SignedInRequest, door
from referrals import cards, consent, links, visits
from referrals.touches import COOKIE_AGE, COOKIE_NAME

ROWS = 20


@require_safe
@never_cache
@login_required
def of_circle(request: SignedInRequest, public_id: str) -> HttpResponse:
    """List what a circle orders together, for its members."""
    circle = _joined(request, public_id)
    apart = blocked_ids(request.user.pk)
    here = CircleOrder.objects.filter(circle=circle).exclude(host_id__in=apart)
    rows = here.select_related("product", "shop", "host")
    page = page_of(request, rows.order_by("-asked_at", "-pk"), size=ROWS)
    facts = {"circle": circle, "page": page, "rows": list(page), "may_ask": _hosts(request, circle)}
    return render(request, "orders/together/of_circle.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask a shop to sell to the circle together."""
    circle = _joined(request, public_id)
    if not _hosts(request, circle):
        raise Http404
    picked = list(CirclePick.objects.filter(circle=circle).values_list("product_id", flat=True))
    form = AskForm(request.POST if request.method == "POST" else None, products=picked)
    page = {"circle": circle, "has_shelf": bool(picked)}
    if not form.is_bound or not form.is_valid():
        return form_page(request, "orders/together/new.html", form, page)
    try:
        row = circle_orders.ask(
            circle=circle,
            host=request.user,
            product=form.cleaned_data["product"],
            pickup=form.pickup(),
            words=form.cleaned_data["words"],
            open_hours=form.cleaned_data["open_hours"],
        )
    except (circle_orders.AskedBefore, circle_orders.TooManyLive) as fact:
        return _cannot_ask(request, circle, fact)
    except circle_orders.AskedTooOften:
        return too_many(request)
    except (circle_orders.NotTheHost, circle_orders.NotOnSale):
        return moved_on(request)
    messages.success(request, _("The shop is asked. You hear when it has answered."))
    return redirect(row.path)


@require_safe
@never_cache
@login_required
def show(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show one circle order to its circle; its host sees what to hand out."""
    row = _seen(request, public_id)
    return render(request, "orders/together/show.html", _page(request, row))


@door
def join(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Go to checkout with it; whoever presses comes by the host's link, as the page says."""
    row = _seen(request, public_id)
    if not circle_joining.is_open(row):
        return _over(request, row)
    form = JoinForm(request.POST, product=row.product)
    if not form.is_valid():
        page = _page(request, row) | {"form": form}
        return render(request, "orders/together/show.html", page, status=UNPROCESSABLE)
    variant = form.cleaned_data["variant"]
    try:
        bags.for_sale(variant.pk, buyer=request.user)
    except (bags.NotForSale, bags.OwnGoods):
        return _not_for_you(request, row)
    held = bag_for(request)
    bags.set_quantity(bag=held, variant=variant, quantity=form.cleaned_data["quantity"])
    answer = redirect(f"/checkout?only={variant.pk}&together={row.public_id}")
    return with_bag(request, _through_the_link(request, row, answer, held), held)


@door
def close(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take no more orders from now on."""
    row = _hosted(request, public_id)
    try:
        circle_orders.close(circle_order=row)
    except TransitionRefused:
        return moved_on(request)
    messages.success(request, _("Closed. The shop sends what was ordered to the pickup point."))
    return redirect(row.path)


@door
def cancel(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Call it off before it closes."""
    row, form = _hosted(request, public_id), NoForm(request.POST)
    if not form.is_valid():
        page = _page(request, row) | {"no_form": form}
        return render(request, "orders/together/show.html", page, status=UNPROCESSABLE)
    try:
        circle_orders.cancel(circle_order=row, by=request.user, why=form.cleaned_data["why"])
    except TransitionRefused:
        return moved_on(request)
    messages.success(request, _("Called off. Who has paid gets all of it back."))
    return redirect(row.path)


@door
def tick(request: SignedInRequest, public_id: str, order_id: str) -> HttpResponse:
    """Say that a parcel was handed out, or that it was not after all."""
    row = _hosted(request, public_id)
    parcels = row.parcels.select_related("circle_order", "order")
    parcel = get_object_or_404(parcels, order__public_id=order_id)
    act = request.POST.get("act", "")
    if act not in {"handed", "undo"}:
        return render(
            request, "orders/together/show.html", _page(request, row), status=UNPROCESSABLE
        )
    try:
        circle_handing.tick(parcel=parcel, is_handed=act == "handed")
    except (circle_handing.NothingThereYet, TransitionRefused):
        return moved_on(request)
    return redirect(f"{row.path}#parcels")


def _joined(request: SignedInRequest, public_id: str) -> Circle:
    circle = get_object_or_404(Circle.objects.select_related("host"), public_id=public_id)
    if not circle_reading.is_member(circle.pk, request.user.pk):
        raise Http404
    return circle


def _hosts(request: SignedInRequest, circle: Circle) -> bool:
    return circle.host_id == request.user.pk and circle.state == Circle.State.OPEN


def _seen(request: SignedInRequest, public_id: str) -> CircleOrder:
    row = circle_joining.seen_by(request.user, public_id)
    if row is None:
        raise Http404
    return row


def _hosted(request: SignedInRequest, public_id: str) -> CircleOrder:
    row = _seen(request, public_id)
    if not circle_joining.is_host(row, request.user):
        raise Http404
    return row


def _page(request: SignedInRequest, row: CircleOrder) -> dict[str, Any]:
    is_host = circle_joining.is_host(row, request.user)
    return {
        "row": row,
        "is_host": is_host,
        "is_open": circle_joining.is_open(row),
        "may_cancel": is_host and circle_orders.may_cancel(row),
        "parcels": circle_handing.listed(row) if is_host else [],
        "mine": circle_handing.of_buyer(row, request.user),
        "gain": _gain(row, request.user.pk),
        "form": JoinForm(product=row.product),
        "no_form": NoForm(),
    }


def _gain(row: CircleOrder, viewer_id: int) -> str:
    """Say who gains how much if the reader orders here, as on the host's own link."""
    facts = links.facts_of(row.link_id)
    if facts is None or not facts.can_pay or facts.sharer_id == viewer_id:
        return ""
    earning = links.earning_of(row.product_id, version=row.product.version)
    return cards.gain_line(facts, earning, get_language() or "en")


def _through_the_link(
    request: SignedInRequest, row: CircleOrder, answer: HttpResponse, held: Any
) -> HttpResponse:
    """Let this press be the opening of the host's link that it is, by the rules of any other."""
    facts = links.facts_of(row.link_id)
    if facts is None:
        return answer
    visitor = visits.Visitor(request.user.pk, blocked_ids(request.user.pk))
    kind = visits.kind_of(facts, request.META, visitor)
    visit = visits.begin(facts, kind, visits.Asked(request.META, request.COOKIES), visitor)
    if visit.cookie is None:
        return answer
    if consent.is_needed(request.COOKIES):
        bags.carry(bag=held, brought=visit.cookie)
    else:
        is_secure = settings.IS_SECURE
        put_cookie(answer, COOKIE_NAME, visit.cookie, age=COOKIE_AGE, is_secure=is_secure)
    return answer


def _cannot_ask(request: SignedInRequest, circle: Circle, fact: Exception) -> HttpResponse:
    if isinstance(fact, circle_orders.AskedBefore):
        title = _("Your circle orders this together already")
        message = _("One at a time: look at it, or choose something else.")
    else:
        title = _("Five things at once are enough")
        message = _("Hand out what has come, then ask for more.")
    back = f"/circles/{circle.public_id}/together"
    return refused(request, title=title, message=message, back=back)


def _over(request: SignedInRequest, row: CircleOrder) -> HttpResponse:
    return refused(
        request,
        title=_("It is closed"),
        message=_("Nobody can join it any more. You can still buy it by yourself."),
        back=row.path,
    )


def _not_for_you(request: SignedInRequest, row: CircleOrder) -> HttpResponse:
    return refused(
        request,
        title=_("You cannot buy this"),
        message=_("It was taken down a moment ago, or you work in this shop."),
        back=row.path,
    )
