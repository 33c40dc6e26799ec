"""The inbox pages."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit.web import page_of
from notifications import inbox
from notifications.kinds import kind_of, sentence_of
from notifications.models import Notice

PAGE = 30


class ReaderRequest(HttpRequest):
    user: AbstractBaseUser  # type: ignore[assignment]  # this floor does not know a Person


@require_safe
@never_cache
@login_required
def notices(request: ReaderRequest) -> HttpResponse:
    """Show what this person was told, newest first."""
    page = page_of(request, Notice.objects.of(request.user.pk), size=PAGE)
    rows = [
        (notice, kind_of(notice.kind), sentence_of(notice.kind, notice.data)) for notice in page
    ]
    unread = inbox.unread_count(request.user.pk)
    return render(
        request, "notifications/notices.html", {"page": page, "rows": rows, "unread": unread}
    )


@require_safe
@never_cache
@login_required
def open_notice(request: ReaderRequest, public_id: str) -> HttpResponse:
    """Go to the page a notice speaks of, and remember that it was opened."""
    notice = get_object_or_404(Notice.objects.of(request.user.pk), public_id=public_id)
    inbox.open_notice(notice=notice)
    return redirect(notice.path or "notifications:notices")


@require_POST
@login_required
def open_all(request: ReaderRequest) -> HttpResponse:
    """Mark everything as read."""
    inbox.open_all(person_id=request.user.pk)
    return redirect("notifications:notices")
