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
# The codes of payments.gateways.bank_statement: of a file that cannot be read, and of a line.
NO_STATEMENT: dict[str, Promise] = {
    "too_large": _("The file is larger than 10 MB. Ask the bank for fewer days."),
    "too_many": _("The file has more than 10,000 rows. Ask the bank for fewer days."),
    "encoding": _("This is no text file. Export the statement as CSV."),
    "unreadable": _("The quotes in this file do not match. Export it again."),
    "header": _("No row names the columns for amount, date and reference."),
}
BAD_LINE: dict[str, Promise] = {
    "amount": _("The amount is not clear."),
    "day": _("The date is not clear."),
    "currency": _("It is in another currency."),
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


def what_is_wrong_with_file(code: str) -> str:
    """Return what to do about a bank's file that could not be read."""
    return str(NO_STATEMENT[code])


def what_is_wrong_with_line(code: str) -> str:
    """Return why a line of a bank's file was left out."""
    return str(BAD_LINE[code])
