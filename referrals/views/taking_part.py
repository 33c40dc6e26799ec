"""The shops one shares for, and whether each of them pays."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kit.web import page_of
from people.web import SignedInRequest
from referrals import taking_part

SHOPS_A_PAGE = 30


@login_required
@require_safe
def sharing(request: SignedInRequest) -> HttpResponse:
    """Show the shops one shares for, what each pays, and what keeps it from paying."""
    page = page_of(request, taking_part.shops_of(request.user), size=SHOPS_A_PAGE)
    context = {"page": page, "parts": taking_part.parts_of(request.user, list(page))}
    return render(request, "referrals/taking_part.html", context)
