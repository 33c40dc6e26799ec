"""The desk: the moderators' door."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import screening
from catalog.models import Hold
from kit.web import UNPROCESSABLE, page_of, refused
from moderation import deciding, queue
from moderation.forms import DecisionForm
from moderation.models import Decision
from people.models import StaffRole
from people.staff_roles import has_role
from people.web import SignedInRequest, role_required

moderators_only = role_required(StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
HOLDS_A_PAGE = 40
DECISIONS_A_PAGE = 40


@moderators_only
@require_safe
def queue_page(request: SignedInRequest) -> HttpResponse:
    cause = request.GET.get("cause", "")
    page = page_of(request, queue.holds(cause), size=HOLDS_A_PAGE)
    first = next(iter(page.object_list), None)
    context = {**_list_of(request, cause, page), **(_detail_of(request, first) if first else {})}
    return render(request, "moderation/queue.html", context)


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def hold_page(request: SignedInRequest, hold: str) -> HttpResponse:
    rows = Hold.objects.select_related("product__shop__owner", "product__category", "rule", "brand")
    row = get_object_or_404(rows, public_id=hold)
    if request.method == "POST":
        form = DecisionForm(request.POST)
        if form.is_valid():
            return _decide(request, row, form)
    else:
        form = None
    page = page_of(request, queue.holds(), size=HOLDS_A_PAGE)
    context = {**_list_of(request, "", page), **_detail_of(request, row, form)}
    return render(request, "moderation/hold.html", context, status=UNPROCESSABLE if form else 200)


@moderators_only
@require_safe
def decisions_page(request: SignedInRequest) -> HttpResponse:
    rows = Decision.objects.select_related("hold__product__shop", "moderator").order_by(
        "-at", "-pk"
    )
    page = page_of(request, rows, size=DECISIONS_A_PAGE)
    return render(request, "moderation/decisions.html", {"page": page})


def _decide(request: SignedInRequest, hold: Hold, form: DecisionForm) -> HttpResponse:
    following = queue.next_after(hold)
    try:
        if form.cleaned_data["verdict"] == Decision.Verdict.APPROVED:
            seen = form.cleaned_data["seen"]
            deciding.approve(hold=hold, moderator=request.user, seen=seen)
            messages.success(request, _("Approved: “%s” is on sale.") % hold.product.title)
        else:
            reason = form.cleaned_data["reason"]
            deciding.send_back(hold=hold, moderator=request.user, reason=reason)
            messages.success(request, _("Sent back: “%s”.") % hold.product.title)
    except deciding.OwnShop:
        return refused(
            request,
            title=_("This is your own shop"),
            message=_("Another moderator has to look at this listing."),
            back="/desk/",
        )
    except screening.MoreToSee:
        return refused(
            request,
            title=_("It waits for something else as well"),
            message=_("What you looked at is let pass. Read why it still waits, then decide."),
            back=f"/desk/{hold.public_id}",
        )
    except screening.ListingMoved:
        return refused(
            request,
            title=_("The vendor changed it meanwhile"),
            message=_("It is not what you looked at any more. Look again, then decide."),
            back=f"/desk/{hold.public_id}",
        )
    return redirect("moderation:hold", following.public_id) if following else redirect("/desk/")


def _list_of(request: SignedInRequest, cause: str, page: Any) -> dict[str, Any]:
    return {
        "waiting": queue.waiting(),
        "cause": cause,
        "page": page,
        "target": queue.TARGET,
        "counts_money": has_role(request.user, StaffRole.Role.FINANCE, StaffRole.Role.ADMIN),
    }


def _detail_of(
    request: SignedInRequest, hold: Hold, form: DecisionForm | None = None
) -> dict[str, Any]:
    product = hold.product
    decision = Decision.objects.filter(hold=hold).select_related("moderator").first()
    return {
        "hold": hold,
        "product": product,
        "seen": screening.shown(hold),
        "form": form or DecisionForm(initial={"reason": queue.suggested_reason(hold)}),
        "decision": decision,
        "is_own": deciding.is_own_shop(hold, request.user),
        "title": queue.pieces_of(product.title, hold.matched),
        "description": queue.pieces_of(product.description, hold.matched),
        "photos": list(product.photos.all()),
        "variants": list(product.variants.filter(is_offered=True)),
        "record": queue.record_of(product.shop),
        "earlier": list(queue.earlier_decisions(product.shop)),
        "following": queue.next_after(hold),
        "previous": queue.before(hold),
    }
