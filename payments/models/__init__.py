"""Money that enters and leaves through providers."""

from payments.models.charges import Charge, Refund
from payments.models.destinations import Destination
from payments.models.events import ProviderEvent
from payments.models.files import PayoutFile
from payments.models.holds import PausedRail, PayoutHold
from payments.models.payouts import Payout, PayoutAttempt
from payments.models.runs import PayoutRun
from payments.models.statements import Difference, Statement, StatementLine
from payments.models.writeoffs import WriteOff

__all__ = [
    "Charge",
    "Destination",
    "Difference",
    "PausedRail",
    "Payout",
    "PayoutAttempt",
    "PayoutFile",
    "PayoutHold",
    "PayoutRun",
    "ProviderEvent",
    "Refund",
    "Statement",
    "StatementLine",
    "WriteOff",
]
