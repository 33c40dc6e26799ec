"""What the pages of money share: who may see the house's, and how they say a sum."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit.money import Money
from kit.web import refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required

finance_only = role_required(StaffRole.Role.FINANCE, StaffRole.Role.ADMIN)


def said(minor: int, currency: str) -> str:
    """Write an amount as the reader does."""
    return Money(minor, currency).display(get_language() or "en")


def not_so(request: SignedInRequest, message: str, *, back: str) -> HttpResponse:
    """Answer 409 on the house's own pages."""
    return refused(request, title=_("Nothing was changed"), message=message, back=back)
