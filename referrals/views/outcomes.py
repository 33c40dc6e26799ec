"""One's own links: what became of the clicks on each, and what each is called."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kit import clock, tables
from kit.web import download, form_page, page_of
from people.models import Person
from people.web import SignedInRequest
from referrals import chains, naming, outcome_files, outcomes
from referrals.link_forms import WHY_NOT, LinkForm, initial_of
from referrals.models import Attribution, Commission, ShareLink

LINKS_A_PAGE = 30
ORDERS_A_PAGE = 20


@login_required
@require_safe
def links(request: SignedInRequest) -> HttpResponse:
    """Show every link of one's own with what it brought."""
    mine = _mine(request.user).order_by("-created_at", "-pk")
    page = page_of(request, mine, size=LINKS_A_PAGE)
    context = {
        "page": page,
        "lines": outcomes.lines_of(page.object_list),
        "totals": outcomes.totals_of(request.user),
        "now": clock.now(),
    }
    return render(request, "referrals/links.html", context)


@login_required
@require_safe
def links_file(request: SignedInRequest) -> HttpResponse:
    """Hand out what every link brought by every channel, as a file."""
    rows = tables.lines(outcome_files.head_of_links(), outcome_files.rows_of_links(request.user))
    return download(rows, name="links.csv")


@login_required
@require_safe
def link(request: SignedInRequest, code: str) -> HttpResponse:
    """Show one link: its clicks by day and channel, and each order with its reason."""
    found = get_object_or_404(_mine(request.user), code=code)
    page = page_of(request, _orders_of(found), size=ORDERS_A_PAGE)
    channels = outcomes.by_channel(found)
    context = {
        "link": found,
        "through": " · ".join(chains.names_through(found)),
        "has_ended": found.ends_at is not None and found.ends_at <= clock.now(),
        "channels": channels,
        "figures": sum((one.figures for one in channels), start=outcomes.Figures()),
        "days": outcomes.days_of(found),
        "reasons": outcomes.reasons_of(found),
        "looked_at": outcomes.LOOKED_AT,
        "page": page,
        "sales": outcomes.sales_of(page.object_list),
        "missed": outcomes.missed_of(found),
    }
    return render(request, "referrals/link.html", context)


@login_required
@require_safe
def link_file(request: SignedInRequest, code: str) -> HttpResponse:
    """Hand out every sale of one link with its reason, as a file."""
    found = get_object_or_404(_mine(request.user), code=code)
    rows = tables.lines(
        outcome_files.head_of_sales(), outcome_files.rows_of_sales(_orders_of(found))
    )
    return download(rows, name=f"{found.code}.csv")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link_settings(request: SignedInRequest, code: str) -> HttpResponse:
    """Give a link a name of its own and an end, or take them away."""
    found = get_object_or_404(_mine(request.user), code=code)
    asked = request.POST if request.method == "POST" else None
    form = LinkForm(asked, initial=initial_of(found))
    if form.is_bound and form.is_valid() and _changed(found, form):
        messages.success(request, _("Saved."))
        return redirect("referrals:link", code=found.code)
    return form_page(request, "referrals/link_settings.html", form, {"link": found})


def _changed(link: ShareLink, form: LinkForm) -> bool:
    """Name and end the link as asked, both or neither; a refusal stands beside its field."""
    try:
        with transaction.atomic():
            naming.rename(link=link, slug=form.cleaned_data["slug"])
            if "last_day" in form.changed_data:  # an end that is over may stay
                naming.end_at(link=link, at=form.ends_at())
            naming.let_be_named(link=link, agrees=form.cleaned_data["may_be_named"])
    except tuple(WHY_NOT) as refusal:
        form.refuse(refusal)
        return False
    return True


def _mine(person: Person) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(person=person).select_related("product", "shop")


def _orders_of(link: ShareLink) -> QuerySet[Attribution]:
    lines = Commission.objects.select_related("product").order_by("pk")
    return (
        Attribution.objects.filter(link=link)
        .select_related("buyer")
        .prefetch_related(Prefetch("commissions", lines))
        .order_by("-frozen_at", "-pk")
    )
