"""Where the money goes: said only by who proved themselves minutes ago."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit.web import form_page
from payments import destinations
from payments.forms import DestinationForm
from payments.models import Destination
from people.web import SignedInRequest, proved_lately

DRAFT = "destination_draft"  # what was typed before the person had to prove themselves
FORBIDDEN = 403


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def destination(request: SignedInRequest) -> HttpResponse:
    """Say where the money goes."""
    before = destinations.in_use(request.user)
    sent = request.POST if request.method == "POST" else None
    form = DestinationForm(sent, initial=_known(before) | request.session.get(DRAFT, {}))
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        if wanted != _known(before) and not proved_lately(request):
            return _prove_first(request, wanted)
        request.session.pop(DRAFT, None)
        destinations.set_destination(person=request.user, **wanted)
        messages.success(request, _("Saved."))
        return redirect("payments:wallet")
    page = {"destination": before, "cools_hours": settings.DESTINATION_COOLS_HOURS}
    return form_page(request, "payments/destination.html", form, page)


def _known(before: Destination | None) -> dict[str, Any]:
    if before is None:
        return {}
    return {
        "holder": before.holder,
        "identifier": before.identifier,
        "provider": before.provider,
    }


def _prove_first(request: SignedInRequest, wanted: dict[str, Any]) -> HttpResponse:
    """Keep what was typed, and ask who is there; nothing is changed before that."""
    request.session[DRAFT] = {name: wanted[name] for name in ("holder", "identifier", "provider")}
    return render(request, "payments/prove_first.html", status=FORBIDDEN)
