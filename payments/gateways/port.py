"""What the house asks of any provider, and the answers it understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

ChargeStatus = Literal["open", "paid", "closed"]
RefundStatus = Literal["pending", "settled"]
PayoutStatus = Literal["accepted", "settled", "rejected", "returned"]


class ProviderAway(Exception):
    """Nothing that can be understood was heard; whether the provider acted is not known."""


class ProviderRefused(Exception):
    """The provider said no for good, and did nothing."""

    def __init__(self, code: str) -> None:
        """Take the provider's own word for why."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ChargeWanted:
    """A payment to ask of a buyer; ``reference`` is ours and names it for ever."""

    reference: str
    amount_minor: int
    currency: str
    description: str
    language: str
    return_url: str


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """Part or all of a charge to pay back."""

    charge_ref: str
    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PayoutWanted:
    """Money to send to a person, as it was frozen when it was reserved."""

    reference: str
    amount_minor: int
    currency: str
    destination: str


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """How a charge stands at the provider; ``pay_url`` is what ``pay_address`` completes."""

    status: ChargeStatus
    provider_ref: str
    amount_minor: int
    currency: str
    pay_url: str


@dataclass(frozen=True, slots=True)
class RefundFact:
    """How a refund stands at the provider."""

    status: RefundStatus
    provider_ref: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PayoutFact:
    """How a payout stands at the provider; ``reason`` is its word for what went wrong."""

    status: PayoutStatus
    provider_ref: str
    amount_minor: int
    currency: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider knows nothing under this reference, and its word can be relied on."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody answered, or not so that it can be understood: it may have happened or not."""

    why: str = ""


class Gateway(Protocol):
    """One provider. Every call has a time-out and is made once: who calls decides what next.

    Asking for the same reference twice does it once.
    """

    def open_charge(self, wanted: ChargeWanted) -> ChargeFact:
        """Ask for a payment. Raises ProviderAway, ProviderRefused."""

    def charge(self, reference: str) -> ChargeFact | Absent:
        """Look a charge up by our reference. Raises ProviderAway."""

    def close_charge(self, provider_ref: str) -> ChargeFact:
        """Close a charge, or find that it was paid or closed before. Raises ProviderAway."""

    def pay_address(self, pay_url: str, *, base_url: str) -> str:
        """Return where the buyer's browser pays, seen from a page under ``base_url``."""

    def send_refund(self, wanted: RefundWanted) -> RefundFact:
        """Ask for a refund. Raises ProviderAway, ProviderRefused."""

    def refund(self, reference: str) -> RefundFact | Absent:
        """Look a refund up by our reference. Raises ProviderAway."""

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Ask for a payout; a refusal for good is a fact with the status ``rejected``."""

    def payout(self, reference: str) -> PayoutFact | Absent | Unknown:
        """Look a payout up by our reference."""
