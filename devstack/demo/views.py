"""The demo's own pages: walk in as somebody, read the mail, move the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from devstack.demo import cast
from devstack.demo import mailbox as letters
from kit import clock, web
from referrals.models import ShareLink

STEPS: Final = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "ten-days": timedelta(days=10),
}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Show who one can be, the story's share link, and the clock."""
    _demo_only()
    parts = [(part, cast.person_of(part.key), cast.login_path(part.key)) for part in cast.PARTS]
    link = ShareLink.objects.filter(person__email=cast.address_of("linwei")).order_by("pk").first()
    page = {"parts": parts, "link": link, "now": clock.now(), "steps": STEPS}
    return render(request, "demo/index.html", page)


@require_GET
@never_cache
def walk_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the visitor in as one of the cast."""
    _demo_only()
    try:
        part = cast.part_of(token)
    except signing.BadSignature:
        raise Http404 from None
    person = cast.person_of(part.key)
    login(request, person, backend=BACKEND)
    # Nobody here holds the moderator's passkey: the demo's own signed link stands for it.
    record_authentication(request, person, method="mfa", type="demo")
    activate(person.language)
    answer = redirect(part.opens)
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language)
    return answer


@require_GET
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the newest letters and text messages the demo has sent."""
    _demo_only()
    return render(request, "demo/mail.html", {"letters": letters.newest(most=50)})


@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the clock of every process forward by one of the offered steps."""
    _demo_only()
    step = STEPS.get(request.POST.get("by", ""))
    if step is None:
        raise Http404
    clock.move(by=step)
    messages.success(request, _("The clock moved. What was due happens within half a minute."))
    return redirect(web.way_back(request, default="/demo/"))


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404
