"""Whose shop a vendor's page is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from people.models import Person
from shops import staff
from shops.models import Shop, ShopQuerySet
from shops.staff import Act

SESSION_KEY = "shop"
View = Callable[..., HttpResponse]


def current_shop(request: HttpRequest) -> Shop | None:
    """Return the shop this person works at now, or None when they work in none."""
    if not request.user.is_authenticated:
        return None
    return _chosen(request, Shop.objects.run_by(request.user).order_by("pk"))


def shop_required(act: Act) -> Callable[[View], View]:
    """Hand a view the shop in which this person may do ``act``, as its second argument.

    Somebody anonymous signs in first; somebody without a shop is shown how to open one;
    whose role does not reach that far gets 404. With several shops, ``?shop=<handle>``
    changes which one it is, and the session remembers; another's handle is a 404.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def with_shop(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = cast(Person, request.user)
            shop = _chosen(request, staff.shops_for(person, act))
            if shop is not None:
                return view(request, shop, *args, **kwargs)
            if Shop.objects.run_by(person).exists():
                raise Http404
            return redirect("shops:open")

        return login_required(with_shop)

    return decorator


def rates_draft(shop: Shop) -> str:
    """Name the place in a session for rates that were typed, but wait for a proof of who it was."""
    return f"rates_draft:{shop.pk}"


def _chosen(request: HttpRequest, shops: ShopQuerySet) -> Shop | None:
    """Return the shop asked for now, else the one asked for last, else the oldest."""
    asked = request.GET.get("shop")
    if asked:
        shop = shops.filter(handle=asked).first()
        if shop is None:
            raise Http404
        request.session[SESSION_KEY] = shop.pk
        return shop
    remembered = request.session.get(SESSION_KEY)
    found = list(shops)
    return next((shop for shop in found if shop.pk == remembered), found[0] if found else None)
