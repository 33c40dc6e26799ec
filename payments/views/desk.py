"""The desk for money: what waits, what rests, what is held, and what does not add up."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit import clock
from kit.after_commit import after_commit
from ledger import accounts
from ledger.balances import balances_of
from payments import approving, by_hand, holds, payday, rails, writing_off
from payments.gateways.registry import RAILS
from payments.models import Difference, PausedRail, Payout, PayoutHold, PayoutRun
from payments.web import finance_only, not_so, said
from people.web import SignedInRequest

DESK = "/desk/money"


@finance_only
@require_safe
@never_cache
def overview(request: SignedInRequest) -> HttpResponse:
    """Show the newest runs and everything that waits for a person."""
    now = clock.now()
    waiting = Payout.objects.awaiting_approval().aggregate(n=Count("pk"), sum=Sum("amount_minor"))
    open_differences = Difference.objects.open()
    page = {
        "runs": _runs(),
        "next_payday": payday.next_payday(now),
        "waiting": waiting,
        "by_hand": Payout.objects.filter(by_hand.waiting_for_a_person()).count(),
        "holds": PayoutHold.objects.live(now=now).count(),
        "paused": list(PausedRail.objects.live(now=now).order_by("rail")),
        "rails": [(name, rails.name_of(name)) for name in sorted(RAILS)],
        "differences": open_differences.count(),
        "suspense": _suspense(),
        "debts": len(writing_off.old_debts()),
    }
    return render(request, "payments/desk/overview.html", page)


@finance_only
@require_POST
def approve_run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve whatever of a run waits for this person."""
    run = get_object_or_404(PayoutRun, pk=pk)
    try:
        count = approving.approve_run(run=run, by=request.user)
    except approving.NotWaiting:
        why = _("Nothing of this run waits for you. What needs a second person waits for theirs.")
        return not_so(request, why, back=DESK)
    messages.success(request, _("Approved: %(count)s payouts.") % {"count": count})
    return redirect("payments:desk")


@finance_only
@require_POST
def run_now(request: SignedInRequest) -> HttpResponse:
    """Ask for this week's payouts now, where the beat is late; a run is made once all the same."""
    after_commit("payments.run_payday")
    messages.success(request, _("Asked for. What this week's payday still lacks is added."))
    return redirect("payments:desk")


@finance_only
@require_POST
def pause(request: SignedInRequest, rail: str) -> HttpResponse:
    """Send nothing more through a rail until somebody lets it go on."""
    rail = get_rail(rail)
    holds.pause(rail=rail, reason=PausedRail.Reason.STAFF, by=request.user)
    messages.success(request, _("%(rail)s sends nothing now.") % {"rail": rails.name_of(rail)})
    return redirect("payments:desk")


@finance_only
@require_POST
def resume(request: SignedInRequest, rail: str) -> HttpResponse:
    """Let a rail send again."""
    rail = get_rail(rail)
    if not holds.resume(rail=rail, by=request.user):
        return not_so(request, _("This rail did not rest."), back=DESK)
    messages.success(request, _("%(rail)s sends again.") % {"rail": rails.name_of(rail)})
    return redirect("payments:desk")


def get_rail(name: str) -> str:
    """Return the name of a rail, or answer 404."""
    if name not in RAILS:
        raise Http404
    return name


def _runs() -> list[PayoutRun]:
    waits = Count("payouts", filter=Q(payouts__state=Payout.State.AWAITING))
    return list(
        PayoutRun.objects.annotate(
            payouts_count=Count("payouts"), sum_minor=Sum("payouts__amount_minor"), waits=waits
        ).order_by("-started_at", "-pk")[:8]
    )


def _suspense() -> list[str]:
    currencies = Difference.objects.order_by().values_list("currency", flat=True).distinct()
    found = balances_of(accounts.suspense(currency) for currency in currencies)
    return [said(minor, side.currency) for side, minor in found.items() if minor]
