"""The switches of the frame, and the page that shows every part of the design."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kit.samples import samples
from kit.web import way_back

LOOKS = frozenset({"light", "dark"})
LOOK_AGE = timedelta(days=365)


@csrf_exempt  # as with the language: the worst a stranger's form can do is dim the page
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Remember light or dark on this device; anything else goes back to the system's choice."""
    answer = redirect(way_back(request))
    wanted = request.POST.get("look", "")
    if wanted in LOOKS:
        answer.set_cookie(
            "look", wanted, max_age=LOOK_AGE, samesite="Lax", secure=settings.IS_SECURE
        )
    else:
        answer.delete_cookie("look", samesite="Lax")
    return answer


@require_safe
def every_part(request: HttpRequest) -> HttpResponse:
    """Show every part of the design in its states."""
    return render(request, "kit/every_part.html", samples())
