"""Share links, the clicks on them, and what a sale through one earns."""

from referrals.models.attribution import Attribution
from referrals.models.click import Click, ClickHour, Salt
from referrals.models.commission import Commission, CommissionQuerySet, Reversal
from referrals.models.link import ShareLink

__all__ = [
    "Attribution",
    "Click",
    "ClickHour",
    "Commission",
    "CommissionQuerySet",
    "Reversal",
    "Salt",
    "ShareLink",
]
