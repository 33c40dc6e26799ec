"""The doors of discovery: strolling, searching, and what friends recommend."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from discovery import picks, stroll
from discovery import search as searching
from discovery.cards import cards_of, in_two_columns
from kit.public_ids import ids_in
from people.models import Person
from people.trust import friends_of
from people.web import SignedInRequest

FACES_IN_THE_RAIL = 12
CONSOLATION = 6

# What a friend's text puts around the name of a thing, before the code that follows.
QUOTES = frozenset("“”「」")


def viewer_of(request: HttpRequest) -> Person | None:
    """Return who is looking, or None for somebody we do not know."""
    return request.user if request.user.is_authenticated else None


@require_safe
def stroll_page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    page = stroll.page(viewer, request.GET.get("page"))
    left, right = in_two_columns(cards_of(list(page), lead_with_words=True))
    context = {
        "page": page,
        "left": left,
        "right": right,
        "friends": _faces(viewer) if viewer else [],
    }
    return render(request, "discovery/stroll.html", context)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    if _is_friends_text(asked):
        return redirect(f"{reverse('referrals:read_text')}?{urlencode({'text': asked})}")
    viewer = viewer_of(request)
    question = searching.read(asked)
    order = request.GET.get("sort", "")
    order = order if order in searching.ORDERS else "best"
    bought = viewer is not None and request.GET.get("bought") == "1"
    found = searching.find(viewer, question, order=order, bought=bought)
    page = Paginator(found.places, stroll.TILES_A_PAGE).get_page(request.GET.get("page"))
    is_empty = found.is_near or not found.places
    context = {
        "question": question,
        "may_be_code": bool(ids_in(question.typed)),
        "found": found,
        "count": len(found.places),
        "is_cut": len(found.places) == searching.MOST_FOUND,
        "order": order,
        "bought": bought,
        "page": page,
        "cards": cards_of(list(page), lead_with_words=False),
        "latest": cards_of(stroll.places(viewer)[:CONSOLATION], lead_with_words=True)
        if is_empty
        else [],
    }
    return render(request, "discovery/search.html", context)


@require_safe
@never_cache
def friends_page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    shelves = picks.shelves(viewer) if viewer else []
    return render(request, "discovery/friends.html", {"shelves": shelves})


@require_safe
@never_cache
@login_required
def friend_page(request: SignedInRequest, person: str) -> HttpResponse:
    shelf = picks.shelf_of(request.user, person)
    if shelf is None:
        raise Http404
    left, right = in_two_columns(shelf.cards)
    context = {"shelf": shelf, "left": left, "right": right}
    return render(request, "discovery/friend.html", context)


def _faces(viewer: Person) -> list[Person]:
    return list(friends_of(viewer).order_by("name", "pk")[:FACES_IN_THE_RAIL])


def _is_friends_text(asked: str) -> bool:
    """Whether somebody pasted what a friend copied for them, rather than words to look for."""
    asked = asked[: searching.MOST_SIGNS]
    return "/s/" in asked or (not QUOTES.isdisjoint(asked) and bool(ids_in(asked)))
