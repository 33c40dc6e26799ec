"""What the orders pages share: whose bag, whose order, and the cookies of a bag."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from orders import bags, links
from orders.models import Bag, Order
from people.models import Person

TOKEN_COOKIE = "bag"  # noqa: S105 -- the name of a cookie
COUNT_COOKIE = "bag_count"


def person_of(request: HttpRequest) -> Person | None:
    """Return who is signed in, or None for a guest."""
    return request.user if request.user.is_authenticated else None


def bag_of(request: HttpRequest) -> Bag | None:
    """Return this visitor's bag, if there is one."""
    return bags.of(person=person_of(request), token=request.COOKIES.get(TOKEN_COOKIE))


def bag_for(request: HttpRequest) -> Bag:
    """Return this visitor's bag, made when there is none."""
    return bags.open_for(person=person_of(request), token=request.COOKIES.get(TOKEN_COOKIE))


def with_bag(
    request: HttpRequest, response: HttpResponse, bag: Bag | None, *, pieces: int | None = None
) -> HttpResponse:
    """Let the browser remember a guest's bag, and every page's tab bar how full it is."""
    pieces = bags.count(bag) if pieces is None else pieces
    wanted = {COUNT_COOKIE: str(pieces) if pieces else ""}
    if bag is not None and bag.token:
        wanted[TOKEN_COOKIE] = bag.token
    for name, value in wanted.items():
        if not value:
            response.delete_cookie(name, samesite="Lax")
        elif request.COOKIES.get(name) != value:
            response.set_cookie(
                name,
                value,
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=name == TOKEN_COOKIE,
                samesite="Lax",
            )
    return response


def order_or_404(token: str) -> Order:
    """Return the order a signed link stands for."""
    order = links.order_of(token)
    if order is None:
        raise Http404
    return order


def is_buyer(request: HttpRequest, order: Order) -> bool:
    """Whether the visitor may act as the buyer.

    An order bought with an account is its owner's alone, whoever was sent the link: to
    confirm it is to let its money go. A guest's order is whose the link is.
    """
    return order.buyer_id is None or order.buyer_id == request.user.pk


def base_url(request: HttpRequest) -> str:
    """Return the scheme and host under which the visitor sees us."""
    return f"{request.scheme}://{request.get_host()}"
