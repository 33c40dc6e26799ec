"""What a sharer earned: the figures, the rows, and the story of each."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kit import tables
from kit.web import download, page_of
from people.web import SignedInRequest
from referrals import charts, provenance, reasons, statement, stories
from referrals import earnings as earned
from referrals.models import Commission

ROWS_A_PAGE = 30


@login_required
@require_safe
def earnings(request: SignedInRequest) -> HttpResponse:
    """Show one's own figures, twelve weeks of them, and every commission."""
    figures = earned.figures_of(request.user)
    mine = Commission.objects.earned_by(request.user).select_related("product", "shop")
    page = page_of(request, mine, size=ROWS_A_PAGE)
    context = {
        "main": figures[0],
        "others": figures[1:],
        "reasons": earned.below_zero(request.user, figures[0]),
        "minimum_minor": settings.PAYOUT_MINIMUM_MINOR,
        "chart": charts.weekly(earned.weeks_of(request.user, currency=figures[0].currency)),
        "page": page,
        "rows": earned.staged(page.object_list),
    }
    return render(request, "referrals/earnings.html", context)


@login_required
@require_safe
def earnings_file(request: SignedInRequest) -> HttpResponse:
    """Hand out every commission of one's own as a file."""
    rows = tables.lines(statement.head(), statement.rows_of(request.user))
    return download(rows, name="earnings.csv")


@login_required
@require_safe
def story(request: SignedInRequest, line_key: str) -> HttpResponse:
    """Show how one commission came about and where its money is."""
    mine = Commission.objects.earned_by(request.user).select_related(
        "product", "shop", "attribution", "charity"
    )
    commission = get_object_or_404(mine, line_key=line_key)
    (row,) = earned.staged([commission])
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "row": row,
        "code": reasons.code_of(row),
        "reason": reasons.words_of(row),
        "is_theirs": stories.is_theirs(row),
        "commission": commission,
        "why": provenance.why_yours(commission.attribution),
        "buyer": provenance.buyer_told(commission.attribution),
        "left_to": stories.left_to(commission, language=language),
        "steps": stories.story_of(row, language=language),
    }
    return render(request, "referrals/earning.html", context)
