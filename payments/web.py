"""What the pages of money share: who may see the house's, and who proved themselves lately."""

from __future__ import annotations

import time

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit.money import Money
from kit.web import refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required

finance_only = role_required(StaffRole.Role.FINANCE, StaffRole.Role.ADMIN)


def proved_lately(request: HttpRequest) -> bool:
    """Say whether this person signed in, or proved themselves anew, minutes ago.

    A browser left open, or stolen with its session, has not.
    """
    records = get_authentication_records(request, request.user)
    newest = max((float(record.get("at", 0)) for record in records), default=0.0)
    return bool(time.time() - newest < app_settings.REAUTHENTICATION_TIMEOUT)


def said(minor: int, currency: str) -> str:
    """Write an amount as the reader does."""
    return Money(minor, currency).display(get_language() or "en")


def not_so(request: SignedInRequest, message: str, *, back: str) -> HttpResponse:
    """Answer 409 on the house's own pages."""
    return refused(request, title=_("Nothing was changed"), message=message, back=back)
