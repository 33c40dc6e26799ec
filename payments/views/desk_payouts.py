"""The desk: payouts, one by one, with their whole story and what a person may do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.models import AuditEvent
from kit.web import UNPROCESSABLE, page_of, pressed, row_number
from payments import approving, by_hand, cancelling, rails
from payments.forms import CancelForm, WhyForm
from payments.models import Payout, ProviderEvent
from payments.web import finance_only, not_so
from people.web import SignedInRequest

PAGE = 40

FACTS: dict[type[Exception], Any] = {
    approving.NotWaiting: gettext_lazy("It does not wait for approval any more."),
    approving.OwnPayout: gettext_lazy("It is your own money. Somebody else has to look at it."),
    approving.SecondPersonNeeded: gettext_lazy("You approved it before. A second person has to."),
    approving.WroteThePlace: gettext_lazy(
        "You wrote down where this charity's money goes. Somebody else has to look at it."
    ),
    cancelling.AlreadySent: gettext_lazy("It was sent, or is over, and cannot be called off."),
    by_hand.NotForAPerson: gettext_lazy("Its provider says what becomes of it."),
    by_hand.OwnMoney: gettext_lazy("It is your own money. Somebody else has to look at it."),
}


@finance_only
@require_safe
@never_cache
def listing(request: SignedInRequest) -> HttpResponse:
    """List payouts, by state, by run, or under a number or name."""
    rows = _filtered(request).select_related("person").order_by("-created_at", "-pk")
    page = {
        "page": page_of(request, rows, size=PAGE),
        "states": Payout.State.choices,
        "state": request.GET.get("state", ""),
        "q": _words(request),
    }
    return render(request, "payments/desk/payouts.html", page)


@finance_only
@require_safe
@never_cache
def story(request: SignedInRequest, reference: str) -> HttpResponse:
    """Tell everything that happened to one payout."""
    return _story(request, _found(reference))


@finance_only
@require_POST
def approve(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let a payout go, as the first or the second person."""
    payout = _found(reference)
    try:
        approving.approve(payout=payout, by=request.user)
    except tuple(FACTS) as fact:
        return _not_so(request, fact, payout)
    messages.success(request, _("Approved."))
    return redirect("payments:desk_payout", payout.reference)


@finance_only
@require_POST
def cancel(request: SignedInRequest, reference: str) -> HttpResponse:
    """Call a payout off before it is sent."""
    payout, form = _found(reference), CancelForm(request.POST)
    if not form.is_valid():
        return _story(request, payout, cancel_form=form)
    try:
        cancelling.cancel(payout=payout, by=request.user, why=form.cleaned_data["why"])
    except tuple(FACTS) as fact:
        return _not_so(request, fact, payout)
    messages.success(request, _("Called off. The money is on the account again."))
    return redirect("payments:desk_payout", payout.reference)


@finance_only
@require_POST
def decide(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say what became of a payout where only a person can."""
    payout, form = _found(reference), WhyForm(request.POST)
    act = pressed(request, "arrived", "returned", "again")
    if not form.is_valid():
        return _story(request, payout, why_form=form)
    words = {"payout": payout, "by": request.user, "why": form.cleaned_data["why"]}
    try:
        if act == "again":
            by_hand.ask_again(**words)
        else:
            by_hand.decide(**words, has_arrived=act == "arrived")
    except tuple(FACTS) as fact:
        return _not_so(request, fact, payout)
    messages.success(request, _("Written down."))
    return redirect("payments:desk_payout", payout.reference)


def _found(reference: str) -> Payout:
    rows = Payout.objects.select_related("person", "approved_by", "second_by", "batch", "file")
    return get_object_or_404(rows, reference=reference)


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


def _filtered(request: HttpRequest) -> QuerySet[Payout]:
    rows: QuerySet[Payout] = Payout.objects.all()
    state, run, words = request.GET.get("state"), request.GET.get("run", ""), _words(request)
    if state in Payout.State.values:
        rows = rows.filter(state=state)
    if state == "by_hand":
        rows = rows.filter(by_hand.waiting_for_a_person())
    if run:
        rows = rows.filter(batch_id=row_number(run) or 0)  # there is no run 0
    if words:
        of_charity = Q(person__isnull=True, holder__icontains=words)
        named = Q(person__name__icontains=words) | Q(person__email__iexact=words) | of_charity
        rows = rows.filter(named | Q(reference=words.upper()) | Q(account=words))
    return rows


def _story(
    request: SignedInRequest,
    payout: Payout,
    *,
    cancel_form: CancelForm | None = None,
    why_form: WhyForm | None = None,
) -> HttpResponse:
    page = {
        "payout": payout,
        "rail": rails.name_of(payout.provider),
        "attempts": payout.attempts.order_by("number"),
        "events": ProviderEvent.objects.filter(
            provider=payout.provider, reference=payout.reference
        ).order_by("pk")[:50],
        "acts": AuditEvent.objects.filter(subject=f"payout:{payout.reference}").order_by("pk")[:50],
        "may_cancel": Payout.objects.unsent().filter(pk=payout.pk).exists(),
        "may_decide": by_hand.awaits_a_person(payout),
        "is_mine": payout.person_id == request.user.pk,
        "cancel_form": cancel_form or CancelForm(),
        "why_form": why_form or WhyForm(),
    }
    status = UNPROCESSABLE if cancel_form or why_form else 200
    return render(request, "payments/desk/payout.html", page, status=status)


def _not_so(request: SignedInRequest, fact: Exception, payout: Payout) -> HttpResponse:
    back = f"/desk/payouts/{payout.reference}"
    return not_so(request, str(FACTS[type(fact)]), back=back)
