"""Why a payout came back: the provider's codes in words that help."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

WORDS = {
    "account_closed": _("The account is closed. Set another one and try again."),
    "invalid": _("The provider does not know this account. Check it and try again."),
}
OTHERWISE = _("The provider could not deliver it. Check the account, or try again.")


def words(code: str, *, language: str | None = None) -> str:
    """Return what to do about ``code``, in ``language`` or the active one."""
    said = WORDS.get(code, OTHERWISE)
    if language is None:
        return str(said)
    with override(language):
        return str(said)
