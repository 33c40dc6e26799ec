"""The desk: whose money is held, why, and letting it go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kit import clock
from kit.web import form_page, page_of
from payments import holds
from payments.forms import HoldForm, WhyForm
from payments.models import PayoutHold
from payments.web import finance_only, not_so
from people.web import SignedInRequest

PAGE = 40


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def listing(request: SignedInRequest) -> HttpResponse:
    """List the holds that hold, and place another."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        holds.place(
            person=found["person"],
            reason=found["reason"],
            words=found["words"],
            until=form.until(),
            by=request.user,
        )
        messages.success(request, _("Held. They are told why."))
        return redirect("payments:desk_holds")
    live = PayoutHold.objects.live(now=clock.now()).select_related("person", "set_by")
    page = {"page": page_of(request, live, size=PAGE), "lift_form": WhyForm(auto_id=False)}
    return form_page(request, "payments/desk/holds.html", form, page)


@finance_only
@require_POST
def lift(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody's money go again."""
    hold, form = get_object_or_404(PayoutHold, pk=pk), WhyForm(request.POST)
    back = "/desk/money/holds"
    if not form.is_valid():
        return not_so(request, _("Say why: the reason stays with it."), back=back)
    try:
        holds.lift(hold=hold, by=request.user, why=form.cleaned_data["why"])
    except holds.NotHeld:
        return not_so(request, _("It had ended."), back=back)
    messages.success(request, _("Lifted."))
    return redirect("payments:desk_holds")
