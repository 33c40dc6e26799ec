"""What pages need to know about who asks for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from kit.web import way_back
from people.models import Person
from people.staff_roles import has_role

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """A request that ``login_required`` or ``role_required`` has let through."""

    user: Person


def door(view: View) -> View:
    """Let only a signed-in person's POST through.

    Who is not signed in (any more) goes to sign in and then back to the page with the
    button, for the act itself has no page to come back to.
    """

    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(way_back(request))
        return view(request, *args, **kwargs)

    return guarded


def role_required(*roles: str) -> Callable[[View], View]:
    """Let only the house's staff of one of ``roles`` through (of any, when none is given).

    Who is not signed in goes to sign in; for everybody else the page does not exist. Staff
    who proved themselves only once, by a code, are led to show a passkey as well.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user, *roles):
                raise Http404
            if not proved_twice(request):
                return redirect_to_login(request.get_full_path(), reverse("second_factor"))
            return view(request, *args, **kwargs)

        return guarded

    return decorator


def proved_twice(request: HttpRequest) -> bool:
    """Whether who is signed in showed a passkey, or a recovery code, in this session."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def proved_lately(request: HttpRequest) -> bool:
    """Say whether this person signed in, or proved themselves anew, minutes ago.

    A browser left open, or stolen with its session, has not.
    """
    records = get_authentication_records(request, request.user)
    newest = max((float(record.get("at", 0)) for record in records), default=0.0)
    return bool(time.time() - newest < app_settings.REAUTHENTICATION_TIMEOUT)
