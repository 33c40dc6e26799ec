"""The doors for looking around: the stroll, and what friends recommend."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.models import Product, WishList
from discovery import alike, near, picks, scenes, stories, stroll
from discovery.cards import Card, cards_of, explained, in_two_columns
from discovery.scenes import SceneTile
from discovery.shown import Place, viewer_of
from discovery.stories import StoryTile
from people.models import Person
from people.trust import friends_of
from people.web import SignedInRequest

FACES_IN_THE_RAIL = 12
FRIENDS_FIRST = 8  # words of friends before the first scene
TILES_BETWEEN = 6  # before the first story


@require_safe
def stroll_page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request.user)
    page = stroll.page(viewer, request.GET.get("page"))
    places = list(page)
    cards = explained(cards_of(places, lead_with_words=True), places, viewer)
    left, right = in_two_columns(_with_tiles(viewer, cards, places) if page.number == 1 else cards)
    context = {
        "page": page,
        "left": left,
        "right": right,
        "friends": _faces(viewer) if viewer else [],
    }
    return render(request, "discovery/stroll.html", context)


def _with_tiles(
    viewer: Person | None, cards: Sequence[Card], places: Sequence[Place]
) -> list[Card | SceneTile | StoryTile]:
    """Put scenes behind the first words of friends, and makers' stories a few tiles on."""
    first = min(sum(place.by_friend for place in places), FRIENDS_FIRST)
    then = first + TILES_BETWEEN
    told = stories.tiles(viewer, places) if places else []
    shown = scenes.tiles(viewer)
    return [*cards[:first], *shown, *cards[first:then], *told, *cards[then:]]


@require_safe
@never_cache
def friends_page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request.user)
    context = {
        "shelves": picks.shelves(viewer) if viewer else [],
        "near": cards_of(near.places(viewer), lead_with_words=False) if viewer else [],
    }
    return render(request, "discovery/friends.html", context)


@require_safe
def alike_page(request: HttpRequest, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.on_sale(), public_id=public_id)
    found = alike.places(viewer_of(request.user), product)
    context = {"product": product, "cards": cards_of(found, lead_with_words=False)}
    return render(request, "discovery/alike.html", context)


@require_safe
@never_cache
@login_required
def friend_page(request: SignedInRequest, person: str) -> HttpResponse:
    shelf = picks.shelf_of(request.user, person)
    if shelf is None:
        raise Http404
    left, right = in_two_columns(shelf.cards)
    lists = WishList.objects.seen_by(request.user).filter(person=shelf.person)
    context = {
        "shelf": shelf,
        "left": left,
        "right": right,
        "lists": list(lists.order_by("name", "pk")),
    }
    return render(request, "discovery/friend.html", context)


def _faces(viewer: Person) -> list[Person]:
    return list(friends_of(viewer).order_by("name", "pk")[:FACES_IN_THE_RAIL])
