"""The public doors: a share link, a product, a shop; one answer each, no redirect."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from catalog import bodies
from catalog.models import Product
from catalog.pages import (
    Body,
    product_body,
    product_page_data,
    shop_body,
    shop_page_data,
)
from kit.web import too_many
from people.models import Person
from referrals import arrivals, cards, carrying, consent, guessing, links, previews, visits
from referrals.arrivals import Arrival
from referrals.form_tokens import form_token
from referrals.links import LinkFacts
from referrals.models import Click
from referrals.views.cookies import remember
from referrals.views.gone import GONE, gone
from referrals.views.request_facts import (
    bag_badge_of,
    channel_of,
    language_of,
    look_of,
    page_of,
    touches_of,
    viewer_of,
    visitor_of,
)
from referrals.visits import Asked, Visitor
from shops.models import HANDLE_PATTERN, Shop

COME_BACK = 503
Answer = TypeVar("Answer", bound=HttpResponse)

# Pages that share links open again and again. A change of theirs is seen up to a second
# later than on the product's own address; the bag asks for the page's version anyway.
IN_FASHION_SECONDS = 1.0


@require_safe
def share_link(request: HttpRequest, code: str) -> HttpResponse:
    """Show the product a friend shared, on the spot, and remember who shared it.

    A HEAD is no opening: link checkers and proxies send it, and nobody sees a page. It is
    the one thing that is not noted.
    """
    facts = links.resolve(code)
    return _unknown(request) if facts is None else open_link(request, facts)


def open_link(request: HttpRequest, facts: LinkFacts) -> HttpResponse:
    """Show what ``share_link`` shows of a link that is known."""
    visitor = visitor_of(request)
    kind = visits.kind_of(facts, request.META, visitor)
    if request.method == "HEAD":
        arrival = Arrival(visitor, [], facts, kind)
        return _private(_product(request, facts.product_public_id, arrival))
    asked = Asked(
        request.META,
        request.COOKIES,
        channel_of(request),
        _lacking(request, facts, kind, visitor),
    )
    visit = visits.begin(facts, kind, asked, visitor)
    if kind == Click.Kind.PREFETCH:
        return _private(HttpResponse(status=COME_BACK))  # a page kept for later would never count
    if kind == Click.Kind.PREVIEW:
        return _private(_preview(request, facts))
    arrival = Arrival(visitor, visit.touches, facts, kind)
    return _private(_opened(request, facts.product_public_id, arrival, visit))


def _opened(
    request: HttpRequest, public_id: str, arrival: Arrival, visit: visits.Visit
) -> HttpResponse:
    """Show the page; what proves the visit goes into the browser, or along with the page."""
    asks = visit.cookie is not None and consent.is_needed(request.COOKIES)
    if asks:
        arrival = replace(arrival, carried=visit.cookie or "")
    answer = _product(request, public_id, arrival, fetched=visit.fetched)
    if arrival.carried:
        answer.content = carrying.along(answer.content, arrival.carried)
    if visit.cookie is not None and not asks and answer.status_code != GONE:
        remember(answer, visit.cookie)
    return answer


def _lacking(request: HttpRequest, facts: LinkFacts, kind: Click.Kind, visitor: Visitor) -> str:
    """Return what Valkey calls the page, if it will be shown and this process has no copy."""
    if visitor.id is not None or kind in {Click.Kind.PREFETCH, Click.Kind.PREVIEW}:
        return ""
    key = bodies.product_key(facts.product_public_id, language_of(), look_of(request))
    is_here = bodies.is_near(key, seconds=IN_FASHION_SECONDS)
    return "" if is_here else bodies.place_of(key)


def _unknown(request: HttpRequest) -> HttpResponse:
    if guessing.is_too_often(request.META):
        return too_many(request)
    raise Http404


@require_safe
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a product; who came by a share link is told whose, here as on the link itself."""
    arrival = _arrival(request)
    return _asked_again(_product(request, public_id, arrival), arrival)


@require_safe
def shop(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a shop by its handle."""
    if not re.fullmatch(HANDLE_PATTERN, handle):
        raise Http404  # before the cache keeps a key for every word anybody types
    language, viewer, arrival = language_of(), viewer_of(request), _arrival(request)
    if viewer is not None:
        return _asked_again(_shop_for(viewer, request, handle, arrival), arrival)
    body = shop_body(
        handle,
        language=language,
        look=look_of(request),
        category=request.GET.get("category", ""),
        number=page_of(request),
    )
    if body is None:
        raise Http404
    gain = arrivals.gain_on_shop(arrival, shop_id=_number(body.facts["shop_id"]), language=language)
    filled = body.filled(csrf=form_token(request.META), bag=bag_badge_of(request), disclosure=gain)
    return _asked_again(HttpResponse(filled), arrival)


def _shop_for(viewer: Person, request: HttpRequest, handle: str, arrival: Arrival) -> HttpResponse:
    found = Shop.objects.open().filter(handle=handle).first()
    if found is None:
        raise Http404
    category = request.GET.get("category", "")
    page = shop_page_data(found, viewer=viewer, category=category, number=page_of(request)) | {
        "bag_badge": bag_badge_of(request),
        "disclosure": arrivals.gain_on_shop(arrival, shop_id=found.pk, language=language_of()),
    }
    return render(request, "catalog/shop.html", page)


def _product(
    request: HttpRequest, public_id: str, arrival: Arrival, *, fetched: bytes | None = None
) -> HttpResponse:
    viewer, language = viewer_of(request), language_of()
    if viewer is not None:
        return _product_for(viewer, request, public_id, arrival)
    seconds = 0.0 if arrival.facts is None else IN_FASHION_SECONDS
    body = product_body(
        public_id, language=language, look=look_of(request), seconds=seconds, fetched=fetched
    )
    if body is None:
        return gone(request, public_id)
    token = form_token(request.META)
    slots = _slots(body, arrival, language=language, token=token)
    return HttpResponse(body.filled(csrf=token, bag=bag_badge_of(request), **slots))


def _slots(body: Body, arrival: Arrival, *, language: str, token: str) -> dict[str, str]:
    """Return what the open slots of a product's page show to this visitor."""
    known = {name: _number(body.facts[name]) for name in ("shop_id", "product_id", "version")}
    shown = arrivals.words_on_product(arrival, language=language, **known)
    slots: dict[str, str] = {"friend": shown.friend, "disclosure": shown.disclosure}
    if arrival.carried:
        slots["disclosure"] += _question(arrival.carried, token)
    if arrival.friend is not None:
        slots["title"] = escape(cards.line_of(arrival.friend, language))
    if arrival.facts is not None:
        slots["head"] = arrivals.NOT_FOR_INDEXES
    return slots


def _question(carried: str, token: str) -> str:
    """Ask whether a cookie is welcome; either way what brought the visitor goes along."""
    return render_to_string("referrals/_consent.html", {"carried": carried, "csrf_token": token})


def _product_for(
    viewer: Person, request: HttpRequest, public_id: str, arrival: Arrival
) -> HttpResponse:
    """Answer somebody signed in, whose page names their own friends."""
    found = Product.objects.on_sale().filter(public_id=public_id).first()
    if found is None:
        return gone(request, public_id)
    language = language_of()
    shown = arrivals.words_on_product(
        arrival,
        shop_id=found.shop_id,
        product_id=found.pk,
        version=found.version,
        language=language,
    )
    asks = _question(arrival.carried, form_token(request.META)) if arrival.carried else ""
    page = product_page_data(found, viewer=viewer) | {
        "friend": shown.friend,
        "disclosure": mark_safe(shown.disclosure + asks),  # noqa: S308  # two pieces of safe HTML
        "bag_badge": bag_badge_of(request),
    }
    if arrival.friend is not None:
        page["page_title"] = cards.line_of(arrival.friend, language)
    if arrival.facts is not None:
        page["head_lines"] = arrivals.NOT_FOR_INDEXES
    return render(request, "catalog/product.html", page)


def _preview(request: HttpRequest, facts: LinkFacts) -> HttpResponse:
    page = previews.preview_of(facts)
    if page is None:
        return gone(request, facts.product_public_id)
    with translation.override(page["language"]):
        return render(request, "referrals/preview.html", page)


def _arrival(request: HttpRequest) -> Arrival:
    touches, carried = touches_of(request)
    # Also without a touch here: an account may have claimed one on another device.
    return Arrival(visitor_of(request), touches, carried=carried)


def _number(fact: Any) -> int:
    return int(fact)


def _asked_again(answer: Answer, arrival: Arrival) -> Answer:
    """Keep one visitor's page, with their friend and their form's token, from all others."""
    if arrival.carried:
        answer.content = carrying.along(answer.content, arrival.carried)
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _private(answer: Answer) -> Answer:
    """Keep a share link's page out of every cache: a kept page would swallow later clicks."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex"
    return answer
