"""The public doors: a share link, a product, a shop; one answer each, no redirect."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.models import Product
from catalog.pages import (
    Body,
    bag_badge,
    product_body,
    product_page_data,
    shop_body,
    shop_page_data,
)
from kit.web import too_many
from people.models import Person
from people.trust import blocked_ids
from referrals import arrivals, cards, guessing, links, previews, visits
from referrals.arrivals import Arrival
from referrals.form_tokens import form_token
from referrals.links import LinkFacts
from referrals.models import Click
from referrals.nearby import Nearby
from referrals.touches import COOKIE_AGE, COOKIE_NAME, read_cookie
from referrals.views.gone import GONE, gone
from referrals.visits import STRANGER, Visitor
from shops.models import HANDLE_PATTERN, Shop

COME_BACK = 503
PAGE_DIGITS = 6  # no shelf is so long; what is longer asks for the last page
LOOKS = frozenset({"light", "dark"})
Answer = TypeVar("Answer", bound=HttpResponse)

# Pages that share links open again and again. A change of theirs is seen up to a second
# later than on the product's own address; the bag asks for the page's version anyway.
_in_fashion: Nearby[Body] = Nearby(seconds=1, absent_seconds=0, most=300)


@require_safe
def share_link(request: HttpRequest, code: str) -> HttpResponse:
    """Show the product a friend shared, on the spot, and remember who shared it."""
    facts = links.resolve(code)
    if facts is None:
        return _unknown(request)
    visitor = _visitor(request)
    kind = visits.kind_of(facts, request.META, visitor)
    if kind == Click.Kind.PREFETCH:
        return _private(HttpResponse(status=COME_BACK))  # a page kept for later would never count
    if request.method == "HEAD":
        arrival = Arrival(visitor, [], facts, kind)
        return _private(_product(request, facts.product_public_id, arrival))
    visit = visits.begin(facts, kind, request.META, request.COOKIES, visitor)
    if kind == Click.Kind.PREVIEW:
        return _private(_preview(request, facts))
    answer = _product(
        request, facts.product_public_id, Arrival(visitor, visit.touches, facts, kind)
    )
    if visit.cookie is not None and answer.status_code != GONE:
        _remember(answer, visit.cookie)
    return _private(answer)


def _unknown(request: HttpRequest) -> HttpResponse:
    if guessing.is_too_often(request.META):
        return too_many(request)
    raise Http404


@require_safe
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a product; who came by a share link is told whose, here as on the link itself."""
    return _product(request, public_id, _arrival(request))


@require_safe
def shop(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a shop by its handle."""
    if not re.fullmatch(HANDLE_PATTERN, handle):
        raise Http404  # before the cache keeps a key for every word anybody types
    language, viewer, arrival = _language(), _viewer(request), _arrival(request)
    if viewer is not None:
        return _shop_for(viewer, request, handle, arrival)
    body = shop_body(
        handle,
        language=language,
        look=_look(request),
        category=request.GET.get("category", ""),
        number=_page(request),
    )
    if body is None:
        raise Http404
    gain = arrivals.gain_on_shop(arrival, shop_id=_number(body.facts["shop_id"]), language=language)
    return HttpResponse(
        body.filled(csrf=form_token(request.META), bag=_bag_badge(request), disclosure=gain)
    )


def _shop_for(viewer: Person, request: HttpRequest, handle: str, arrival: Arrival) -> HttpResponse:
    found = Shop.objects.open().filter(handle=handle).first()
    if found is None:
        raise Http404
    category = request.GET.get("category", "")
    page = shop_page_data(found, viewer=viewer, category=category, number=_page(request)) | {
        "bag_badge": _bag_badge(request),
        "disclosure": arrivals.gain_on_shop(arrival, shop_id=found.pk, language=_language()),
    }
    return render(request, "catalog/shop.html", page)


def _product(request: HttpRequest, public_id: str, arrival: Arrival) -> HttpResponse:
    viewer, language = _viewer(request), _language()
    if viewer is not None:
        return _product_for(viewer, request, public_id, arrival)
    body = _body(public_id, language, _look(request), arrival)
    if body is None:
        return gone(request, public_id)
    known = {name: _number(body.facts[name]) for name in ("shop_id", "product_id", "version")}
    shown = arrivals.words_on_product(arrival, language=language, **known)
    slots: dict[str, str] = {"friend": shown.friend, "disclosure": shown.disclosure}
    if arrival.friend is not None:
        slots["title"] = escape(cards.line_of(arrival.friend, language))
    if arrival.facts is not None:
        slots["head"] = arrivals.NOT_FOR_INDEXES
    return HttpResponse(
        body.filled(csrf=form_token(request.META), bag=_bag_badge(request), **slots)
    )


def _body(public_id: str, language: str, look: str, arrival: Arrival) -> Body | None:
    def whole() -> Body | None:
        return product_body(public_id, language=language, look=look)

    if arrival.facts is None:
        return whole()
    return _in_fashion.get(f"{public_id}:{language}:{look}", whole)


def _product_for(
    viewer: Person, request: HttpRequest, public_id: str, arrival: Arrival
) -> HttpResponse:
    """Answer somebody signed in, whose page names their own friends."""
    found = Product.objects.on_sale().filter(public_id=public_id).first()
    if found is None:
        return gone(request, public_id)
    language = _language()
    shown = arrivals.words_on_product(
        arrival,
        shop_id=found.shop_id,
        product_id=found.pk,
        version=found.version,
        language=language,
    )
    page = product_page_data(found, viewer=viewer) | {
        "friend": shown.friend,
        "disclosure": shown.disclosure,
        "bag_badge": _bag_badge(request),
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


def _viewer(request: HttpRequest) -> Person | None:
    """Return who is signed in; a visitor without a session costs no look at one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return request.user


def _visitor(request: HttpRequest) -> Visitor:
    viewer = _viewer(request)
    return STRANGER if viewer is None else Visitor(viewer.pk, blocked_ids(viewer.pk))


def _arrival(request: HttpRequest) -> Arrival:
    touches = read_cookie(request.COOKIES.get(COOKIE_NAME))
    return Arrival(_visitor(request) if touches else STRANGER, touches)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _page(request: HttpRequest) -> int:
    """Return which page of a shelf is asked for; nonsense asks for the first."""
    asked = request.GET.get("page", "")
    is_number = asked.isascii() and asked.isdigit()
    return max(int(asked[:PAGE_DIGITS]), 1) if is_number else 1


def _look(request: HttpRequest) -> str:
    look = request.COOKIES.get("look", "")
    return look if look in LOOKS else ""


def _bag_badge(request: HttpRequest) -> str:
    count = request.COOKIES.get("bag_count", "").lstrip("0")
    if not count.isascii() or not count.isdigit():
        return ""  # a number is never made of it: a cookie may hold thousands of digits
    return bag_badge(count[:3], language=_language())


def _number(fact: Any) -> int:
    return int(fact)


def _remember(answer: HttpResponse, cookie: str) -> None:
    answer.set_cookie(
        COOKIE_NAME,
        cookie,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.IS_SECURE,
    )


def _private(answer: Answer) -> Answer:
    """Keep a share link's page out of every cache: a kept page would swallow later clicks."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex"
    return answer
