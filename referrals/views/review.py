"""The desk: sales that the rules against fraud doubt, and a person's word on each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.states import TransitionRefused
from kit.web import form_page, page_of, refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required
from referrals import reviewing, reviews_shown
from referrals.models import Review
from referrals.review_forms import ReviewForm

PAGE = 40
Role = StaffRole.Role

reviewers_only = role_required(Role.MODERATOR, Role.FINANCE, Role.ADMIN)

FACTS: dict[type[Exception], Any] = {
    reviewing.OwnMoney: gettext_lazy("You earn by this sale, or sold or bought it yourself."),
    reviewing.ForFinance: gettext_lazy("Somebody else has to look at it."),
    reviewing.NeverPayable: gettext_lazy("The sum itself is wrong, so it can only be refused."),
    reviewing.NotRefusable: gettext_lazy("Payouts can be let go, or stay held."),
    TransitionRefused: gettext_lazy("Somebody decided it a moment ago."),
}


@reviewers_only
@require_safe
@never_cache
def listing(request: SignedInRequest) -> HttpResponse:
    """List what waits for a person, what was decided, or what was only noted."""
    show = request.GET.get("show", "")
    if show == "noted":
        page = page_of(request, reviews_shown.noted(), size=PAGE)
        signs = [(one, reviews_shown.sign_of(one)) for one in page.object_list]
        noted = {"show": show, "page": page, "signs": signs}
        return render(request, "referrals/reviews_noted.html", noted)
    rows = reviews_shown.decided() if show == "decided" else reviews_shown.waiting()
    context = {
        "show": "decided" if show == "decided" else "",
        "page": page_of(request, rows, size=PAGE),
        "late_since": reviews_shown.late_since(),
    }
    return render(request, "referrals/reviews.html", context)


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one sale with everything the rules saw, and take a decision on it."""
    one = get_object_or_404(reviews_shown.one_of(pk))
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _decide(request, one, form)
    sale = one.attribution
    lines = sale.commissions.select_related("product").order_by("pk") if sale else ()
    context = {
        "review": one,
        "sale": sale,
        "lines": list(lines),
        "signs": reviews_shown.signs_of(one),
        "earlier": reviews_shown.earlier_of(one),
        "may_decide": reviewing.may_decide(one, request.user),
    }
    return form_page(request, "referrals/review.html", form, context)


def _decide(request: SignedInRequest, one: Review, form: ReviewForm) -> HttpResponse:
    words = {"review": one, "by": request.user, "reason": form.cleaned_data["reason"]}
    try:
        if form.cleaned_data["decision"] == Review.State.REFUSED:
            reviewing.refuse(**words)
            messages.success(request, _("Refused. The shop has its money back."))
        else:
            reviewing.let_go(**words)
            messages.success(request, _("Let go."))
    except tuple(FACTS) as fact:
        title = _("Nothing was changed")
        message = str(FACTS[type(fact)])
        return refused(request, title=title, message=message, back=f"/desk/commissions/{one.pk}")
    following = reviews_shown.next_after(one)
    if following is None:
        return redirect("referrals:reviews")
    return redirect("referrals:review", following.pk)
