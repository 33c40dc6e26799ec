"""Why a payout came back or a destination will not do: codes in words that help."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

# The codes of payments.gateways.port.Reason, as the payee reads them.
WORDS: dict[str, Promise] = {
    "fix_destination": _("The account is closed, or not yours. Set another one and try again."),
    "no_funds": _("It is held up on our side. Nothing for you to do: we send it again."),
    "compliance": _("The provider has to check you before it pays. We write to you about it."),
    "limit": _("The amount is outside what the provider sends at once."),
    "try_again": _("The provider could not deliver it this time. Try again."),
    "not_confirmed": _("It was not confirmed within 24 hours. Withdraw again, then confirm it."),
    "refused": _("The provider could not deliver it. Check the account, or try again."),
}

# The codes of payments.gateways.port.BadDestination.
WRONG: dict[str, Promise] = {
    "wallet_name": _("Begin with a letter or a digit; then also . _ - @ + may stand, no spaces."),
    "stripe_account": _("A Stripe account begins with acct_ and goes on in letters and digits."),
    "iban": _("This is no valid IBAN. Compare it with your card or statement."),
    "bank_card": _("This is no valid card number. Compare it with your card."),
    "openid": _("Open this page in WeChat, so that it can name your account."),
    "alipay_account": _("Type the phone number or e-mail address you use with Alipay."),
    "holder": _("Type the name exactly as the account bears it."),
}
UNUSABLE = _("Money cannot be sent there. Check it, or choose another account.")


def words(code: str, *, language: str | None = None) -> str:
    """Return what to do about a payout's ``code``, in ``language`` or the active one."""
    said = WORDS.get(code, WORDS["refused"])
    if language is None:
        return str(said)
    with override(language):
        return str(said)


def what_is_wrong(code: str) -> str:
    """Return what to do about a destination that was refused with ``code``."""
    return str(WRONG.get(code, UNUSABLE))
