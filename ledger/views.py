"""The ledger's seals for everybody: the head of the chain, its days, and how to check one."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kit.web import page_of
from ledger import sealing
from ledger.models import DaySeal

DAYS_A_PAGE = 30


@require_safe
def seals(request: HttpRequest) -> HttpResponse:
    """Show the newest digest and the days it stands for."""
    rows = DaySeal.objects.order_by("-day")
    context = {"head": rows.first(), "page": page_of(request, rows, size=DAYS_A_PAGE)}
    return render(request, "ledger/seals.html", context)


@require_safe
def digests(request: HttpRequest, day: str) -> StreamingHttpResponse:
    """Give a day's digests as the very bytes its seal is the SHA-256 of."""
    seal = get_object_or_404(DaySeal, day=_date_of(day))
    lines = sealing.lines_of(previous=seal.previous_digest, first=seal.first, last=seal.last)
    answer = StreamingHttpResponse(lines, content_type="text/plain; charset=ascii")
    answer["Content-Disposition"] = f'attachment; filename="ledger-{seal.day:%Y-%m-%d}.txt"'
    return answer


def _date_of(day: str) -> date:
    try:
        found = date.fromisoformat(day)
    except ValueError as fact:
        raise Http404 from fact
    if found.isoformat() != day:  # one address a file
        raise Http404
    return found
