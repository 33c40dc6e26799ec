"""What pages share: forms that keep their input, refusals that say what to do, paging."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=models.Model)

A_ROW = re.compile(r"[0-9]{1,18}", re.ASCII)  # what bigint holds; int() itself gives up at 4,300

UNPROCESSABLE = 422
CONFLICT = 409
TOO_MANY = 429
WAIT_SECONDS = 60  # coarse: when a limit ends is nobody's business


class UnknownPress(Exception):
    """A form was sent by a button that its page does not have; nothing was written."""


def pressed(
    request: HttpRequest, *buttons: str, name: str = "act", default: str | None = None
) -> str:
    """Return which of ``buttons`` sent the form.

    Args:
        request: with what was sent.
        buttons: their values.
        name: of the buttons, or of a field that says which form of a page was sent.
        default: what a form without any of them means; without it, nothing.

    Raises:
        UnknownPress: it is none of them; the middleware answers 422.
    """
    sent = request.POST.get(name, "") or default
    if sent is None or sent not in {*buttons, default}:
        raise UnknownPress(name)
    return sent


def row_number(text: str) -> int | None:
    """Return the number of a row that somebody's text says, or None if no row can bear it."""
    return int(text) if A_ROW.fullmatch(text) else None


def form_page(
    request: HttpRequest, template: str, form: BaseForm, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Render a page around ``form``: 422 when what was sent needs mending, else 200."""
    status = UNPROCESSABLE if form.is_bound and not form.is_valid() else 200
    return render(request, template, {"form": form, **(context or {})}, status=status)


def refused(request: HttpRequest, *, title: str, message: str, back: str = "/") -> HttpResponse:
    """Answer 409: the input was fine but the world says no; ``back`` is where to go on."""
    page = {"title": title, "message": message, "back": back}
    return render(request, "refused.html", page, status=CONFLICT)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429 to somebody who tried too often; for how long is only roughly said."""
    answer = render(request, "429.html", status=TOO_MANY)
    answer["Retry-After"] = str(WAIT_SECONDS)
    return answer


def not_understood(request: HttpRequest) -> HttpResponse:
    """Answer 422 to a form that was sent by no button of its page."""
    page = {
        "title": _("This was not understood"),
        "message": _("Nothing was changed. Go back, look at the page anew and press a button."),
        "back": way_back(request),
    }
    return render(request, "refused.html", page, status=UNPROCESSABLE)


def moved_on(request: HttpRequest) -> HttpResponse:
    """Answer 409 for something that changed in the meantime."""
    return refused(
        request,
        title=_("This has moved on"),
        message=_("Somebody, perhaps you in another window, was faster. Look again and go on."),
        back=way_back(request),
    )


def busy(request: HttpRequest) -> HttpResponse:
    """Answer 409 when another purchase holds the same rows for too long."""
    return refused(
        request,
        title=_("Many people want this right now"),
        message=_("Nothing was changed. Please try again in a few seconds."),
        back=way_back(request),
    )


def way_back(request: HttpRequest, *, default: str = "/") -> str:
    """Return the page the visitor came from if it is ours, else ``default``."""
    for candidate in (request.POST.get("next"), request.headers.get("referer")):
        # A word without a slash would be taken for the name of a route.
        if (
            candidate
            and "/" in candidate
            and url_has_allowed_host_and_scheme(
                candidate, {request.get_host()}, require_https=request.is_secure()
            )
        ):
            return candidate
    return default


def download(lines: Iterable[str], *, name: str) -> HttpResponse:
    """Answer with a CSV file of this name, line by line, however long it is."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast(HttpResponse, answer)  # what views and their decorators know


def page_of(request: HttpRequest, rows: models.QuerySet[Row], *, size: int) -> Page[Row]:
    """Return the page of ``rows`` the address asks for; nonsense gives the nearest one.

    Its rows are a list, for templates ask the database nothing.
    """
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    return page
