"""What the house asks of any provider, and the answers it understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

ChargeStatus = Literal["open", "paid", "closed"]

# ``failed``: it will not arrive; also of one that was settled, when the bank sent it back.
RefundStatus = Literal["pending", "settled", "failed"]

# ``accepted``: it is on its way. ``awaiting_payee``: they must confirm it first. ``rejected``:
# nothing was sent. ``returned``: it was sent and came back. ``expired``: nobody confirmed it.
PayoutStatus = Literal["accepted", "awaiting_payee", "settled", "rejected", "returned", "expired"]

# Why a payout failed, whatever the provider calls it; ``payments.reasons`` has the sentences.
# ``no_funds``: our own balance there is too low, so the rail pauses and nobody is to blame.
# ``compliance``: the provider holds the payee; a person has to look.
Reason = Literal[
    "",
    "fix_destination",
    "no_funds",
    "compliance",
    "limit",
    "try_again",
    "not_confirmed",
    "refused",
]

LineKind = Literal["charge", "refund", "payout", "fee", "other"]


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
    """Money to send to a person, as it was frozen when it was reserved.

    ``attempt`` counts the tries that the provider may tell apart: one more after each it
    refused for good, and the same again after one that was not heard, because that one may
    still take effect and must then be the only one. ``first_sent_at`` is when this payout
    was first sent under this attempt, or None before that.
    """

    reference: str
    amount_minor: int
    currency: str
    destination: str
    holder: str
    attempt: int
    first_sent_at: datetime | None
    description: str


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
    """How a payout stands at the provider.

    ``confirm_token`` is what the payee's phone needs to confirm a payout that awaits them.
    """

    status: PayoutStatus
    provider_ref: str
    amount_minor: int
    currency: str
    reason: Reason = ""
    confirm_token: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider knows nothing under this reference, and its word can be relied on.

    A try that was not heard may still be on the wire: send the same attempt again, and
    do not give the money back on this word alone.
    """


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody answered, or not so that it can be understood: it may have happened or not."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a rail can do; the rest of the house asks these and never a rail's name.

    Amounts are minor units of the payout's currency. ``by_file``: a person carries a file to
    the bank, nothing is sent by us. ``keys_live``: how long the provider surely remembers an
    attempt; None for ever. ``looks_up``: it can be asked what became of a payout.
    """

    currencies: frozenset[str]
    minimum_minor: int
    maximum_minor: int
    payee_confirms: bool = False
    by_file: bool = False
    keys_live: timedelta | None = None
    looks_up: bool = True
    has_statement: bool = True


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement in the provider's own book; money that left is below zero.

    ``reference`` is ours, and empty where the provider does not say it.
    """

    reference: str
    provider_ref: str
    amount_minor: int
    currency: str
    kind: LineKind
    status: str
    at: datetime


class BadDestination(Exception):
    """Nothing can be paid there; ``code`` says why, in ``payments.reasons``."""

    def __init__(self, code: str) -> None:
        """Take the code of the sentence that helps."""
        super().__init__(code)
        self.code = code


class NoStatement(Exception):
    """This rail has no statement to fetch; a person brings one, or there is none."""


class Gateway(Protocol):
    """A provider that takes charges. Every call has a time-out and is made once.

    Who calls decides what next. Asking for the same reference twice does it once.
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


class Rail(Protocol):
    """A way money reaches people. Every call has a time-out; none is made in a transaction.

    Sending the same reference and attempt twice moves the money once. What was not
    understood is ``Unknown``, and no rail ever guesses.
    """

    @property
    def name(self) -> str:
        """Return the name that payouts and settings know it by."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what it can do."""

    def check_destination(self, identifier: str, holder: str) -> str:
        """Return ``identifier`` as this rail writes it. Raises BadDestination.

        It is checked without asking anybody: spelling, length and check digits.
        """

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Ask for a payout; a refusal for good is a fact with the status ``rejected``."""

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Look a payout up by our reference."""

    def statement(self, day: date) -> list[StatementLine]:
        """Return what moved on one day (UTC). Raises ProviderAway, NoStatement."""
