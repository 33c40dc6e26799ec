"""Phone numbers as people write them: grouped, the country only where it is another."""

from __future__ import annotations

from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

HOME: Final = 86


def grouped(phone: str | None) -> str:
    """Write a stored number for reading: ``+8613800138000`` becomes ``138 0013 8000``.

    A number of another country keeps its code: ``+852 5123 4567``. What is no phone number,
    such as an address typed in its place, stays as it is; of nothing nothing is written.
    """
    try:
        number = phonenumbers.parse(phone or "")
    except phonenumbers.NumberParseException:
        return phone or ""
    is_ours = number.country_code == HOME
    form = PhoneNumberFormat.NATIONAL if is_ours else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)
