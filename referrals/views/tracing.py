"""The desk's look at an attribution: every click that was considered, and its rule."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kit.web import form_page
from people.models import Person, StaffRole
from people.staff_roles import roles_of
from people.web import SignedInRequest, role_required
from referrals import tracing
from referrals.forms import OrderNumberForm

Role = StaffRole.Role
may_explain = role_required(Role.MODERATOR, Role.FINANCE, Role.SUPPORT, Role.ADMIN)


@may_explain
@require_safe
@never_cache
def find_trace(request: SignedInRequest) -> HttpResponse:
    """Ask which order it is about."""
    form = OrderNumberForm(request.GET if "order" in request.GET else None)
    if form.is_valid():
        order_key = form.cleaned_data["order"]
        if tracing.trace_of(order_key) is not None:
            return redirect("referrals:trace", order_key=order_key)
        form.add_error("order", _("No share link was considered for an order of this number."))
    return form_page(request, "referrals/find_trace.html", form, {"back": _desk_of(request.user)})


@may_explain
@require_safe
@never_cache
def trace(request: SignedInRequest, order_key: str) -> HttpResponse:
    """Show who brought an order, and what became of every other click."""
    found = tracing.trace_of(order_key)
    if found is None:
        raise Http404
    return render(request, "referrals/trace.html", {"trace": found, "brought": found.attribution})


def _desk_of(person: Person) -> str:
    """Return the page that leads here and that this person may see."""
    roles = roles_of(person)
    if not roles.isdisjoint({Role.MODERATOR, Role.ADMIN}):
        return "/desk/"
    return "/desk/money" if Role.FINANCE in roles else "/me"
