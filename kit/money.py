"""Money: whole minor units of one currency, and the few sums that are allowed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision, get_currency_symbol

BASIS_POINTS = 10_000

# A shop sells in one currency, so its own short sign is clear in every language; the
# locale data would write CN¥ for a reader of English.
HOME_SYMBOL = {"CNY": "¥"}

# Above this no form takes an amount: it leaves a bigint room for a million such rows.
LARGEST_MINOR = 10**12


class CurrencyMismatch(Exception):
    """Two amounts of different currencies were to be added."""


class NotAnAmount(Exception):
    """The text is not an amount of money in this currency."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency (fen, cent, yen)."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def times(self, quantity: int) -> Money:
        """Return ``quantity`` of this amount."""
        return Money(self.minor * quantity, self.currency)

    def share(self, rate_bp: int) -> Money:
        """Return ``rate_bp`` basis points of this amount, rounded down.

        Rounding down means shares never add up to more than the whole. The
        caller gives what is left to the shop by subtraction, never by a rate.
        """
        return Money(share_minor(self.minor, rate_bp), self.currency)

    def display(self, language: str) -> str:
        """Return the amount as a reader of ``language`` writes it: ``¥68.00``."""
        return "".join(self.parts(language))

    def parts(self, language: str) -> tuple[str, str, str]:
        """Return symbol, whole units and fraction (``("¥", "68", ".00")``) for big prices."""
        digits = get_currency_precision(self.currency)
        whole, rest = divmod(abs(self.minor), 10**digits)
        sign = "−" if self.minor < 0 else ""
        symbol = HOME_SYMBOL.get(self.currency) or get_currency_symbol(
            self.currency, locale=_locale(language)
        )
        fraction = f".{rest:0{digits}d}" if digits else ""
        return sign + symbol, f"{whole:,}", fraction

    def plain(self) -> str:
        """Return the bare decimal number (``68.00``), as forms and machines write it."""
        digits = get_currency_precision(self.currency)
        return f"{self._major():.{digits}f}"

    def _major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))


def share_minor(minor: int, rate_bp: int) -> int:
    """Return ``rate_bp`` basis points of ``minor``, rounded down."""
    return minor * rate_bp // BASIS_POINTS


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` minor units by ``weights`` so that the parts add up to it exactly.

    Largest remainder; ties go to the earlier part, so the outcome is always the same.
    With all weights zero, every part is zero.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index)
    )
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def read_amount(text: str, currency: str) -> Money:
    """Read what a person typed (``68``, ``68.5``, ``1,280.00``) as money.

    Raises:
        NotAnAmount: it is no plain positive number, has more decimals than the
            currency, or is larger than any price may be.
    """
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain or not set(plain) <= set("0123456789."):
        raise NotAnAmount(text)
    try:
        minor = Decimal(plain).scaleb(get_currency_precision(currency))
    except InvalidOperation as unreadable:
        raise NotAnAmount(text) from unreadable
    if minor != int(minor) or minor > LARGEST_MINOR:
        raise NotAnAmount(text)
    return Money(int(minor), currency)


def _locale(language: str) -> str:
    return "zh_Hans_CN" if language.lower().startswith("zh") else "en"
