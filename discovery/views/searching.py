"""The door of the search: among everyone, among friends, or in one circle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from discovery import directory, search, stroll
from discovery.cards import cards_of
from discovery.forms import NarrowForm
from discovery.narrowing import EVERYONE, FRIENDS, Narrow
from discovery.shown import eyes_of, viewer_of
from kit.public_ids import ids_in
from kit.web import UNPROCESSABLE
from people.models import Circle, Person
from shops.models import Shop

CONSOLATION = 6
CIRCLES_OFFERED = 12  # as tabs beside everyone and friends

# What a friend's text puts around the name of a thing, before the code that follows.
QUOTES = frozenset("“”「」")


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as its address says it; whatever it cannot mean is left out."""

    question: search.Question
    order: str
    narrow: Narrow
    circles: list[Circle]
    shop: Shop | None
    form: NarrowForm

    @property
    def looks_everywhere(self) -> bool:
        """Whether names are looked for as well: shops, circles and people."""
        return self.narrow.among == EVERYONE and self.shop is None


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "")
    if _is_friends_text(typed):
        return redirect(f"{reverse('referrals:read_text')}?{urlencode({'text': typed})}")
    viewer = viewer_of(request.user)
    asked = _asked(request, viewer)
    eyes = eyes_of(viewer) if asked.question.words else None
    found = search.find(viewer, asked.question, order=asked.order, narrow=asked.narrow, eyes=eyes)
    page = Paginator(found.places, stroll.TILES_A_PAGE).get_page(request.GET.get("page"))
    is_first = asked.looks_everywhere and page.number == 1
    context = {
        "asked": asked,
        "question": asked.question,
        "may_be_code": bool(ids_in(asked.question.typed)),
        "found": found,
        "names": directory.find(viewer, asked.question, eyes=eyes) if is_first else None,
        "count": len(found.places),
        "is_cut": len(found.places) == search.MOST_FOUND,
        "page": page,
        "cards": cards_of(list(page), lead_with_words=False),
        "latest": _consolation(viewer, found),
    }
    status = UNPROCESSABLE if asked.form.errors else 200
    return render(request, "discovery/search.html", context, status=status)


def _asked(request: HttpRequest, viewer: Person | None) -> Asked:
    sent = request.GET
    question = search.read(sent.get("q", ""))
    order = sent.get("sort", "")
    circles = _circles(viewer, sent.get("among", "")) if question.words else []
    among: dict[str, Any] = {"among": EVERYONE, "circle": None}
    if viewer is not None and sent.get("among") == FRIENDS:
        among["among"] = FRIENDS
    for circle in circles:
        if sent.get("among") == circle.public_id:
            among = {"among": "circle", "circle": circle}
    shop = _shop(sent.get("shop", ""))
    form = NarrowForm({name: sent[name] for name in NarrowForm.base_fields if name in sent})
    bought = viewer is not None and sent.get("bought") == "1"
    return Asked(
        question,
        order if order in search.ORDERS else "best",
        form.narrow(**among, shop=shop, bought=bought),
        circles,
        shop,
        form,
    )


def _circles(viewer: Person | None, wanted: str) -> list[Circle]:
    """Return the circles offered as tabs; the one that is asked for is always among them."""
    if viewer is None:
        return []
    joined = Circle.objects.open().joined_by(viewer.pk).order_by("name", "pk")
    return [
        circle
        for place, circle in enumerate(joined)
        if place < CIRCLES_OFFERED or circle.public_id == wanted
    ]


def _shop(handle: str) -> Shop | None:
    readable = handle.isascii() and handle.isprintable()
    return Shop.objects.open().filter(handle=handle).first() if handle and readable else None


def _consolation(viewer: Person | None, found: search.Found) -> list[Any]:
    """Return what friends found lately, for who found nothing."""
    if found.places and not found.is_near:
        return []
    return cards_of(stroll.places(viewer)[:CONSOLATION], lead_with_words=True)


def _is_friends_text(typed: str) -> bool:
    """Whether somebody pasted what a friend copied for them, rather than words to look for."""
    typed = typed[: search.MOST_SIGNS]
    return "/s/" in typed or (not QUOTES.isdisjoint(typed) and bool(ids_in(typed)))
