"""Account numbers with check digits: a slip of the finger is seen before any money moves."""

from __future__ import annotations

import re
import unicodedata

from payments.gateways.port import BadDestination

# The countries of SEPA, and how long an IBAN is in each (the SWIFT registry of IBANs).
SEPA = (
    "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 "
    "HR21 HU28 IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 "
    "PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22"
)
IBAN_LENGTHS = {word[:2]: int(word[2:]) for word in SEPA.split()}
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
CARD = re.compile(r"[3-9][0-9]{15,18}")


def iban(typed: str) -> str:
    """Return an IBAN without its spaces. Raises BadDestination.

    The check of ISO 13616: the first four signs go last, letters become 10 to 35, and the
    number leaves 1 when divided by 97. It sees every wrong digit and every swapped pair.
    """
    number = _bare(typed).upper()
    if not IBAN.fullmatch(number) or IBAN_LENGTHS.get(number[:2]) != len(number):
        raise BadDestination("iban")
    digits = "".join(str(int(sign, 36)) for sign in number[4:] + number[:4])
    if int(digits) % 97 != 1:
        raise BadDestination("iban")
    return number


def bank_card(typed: str) -> str:
    """Return the number of a Chinese bank card without its spaces. Raises BadDestination.

    16 to 19 digits, the last of them Luhn's check digit.
    """
    number = _bare(typed)
    if not CARD.fullmatch(number) or len(set(number)) == 1 or _luhn(number) % 10:
        raise BadDestination("bank_card")
    return number


def _luhn(number: str) -> int:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])


def _bare(typed: str) -> str:
    """Return what was typed as plain signs: full width made narrow, spaces and dashes left out."""
    if len(typed) > 64:
        return ""
    narrow = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in narrow if not sign.isspace() and sign not in "-‐‑–")
