"""Share links, the clicks on them, and what a sale through one earns."""

from referrals.models.attribution import Attribution, Candidate
from referrals.models.charity import Charity, CharityQuerySet, Gives
from referrals.models.click import Click, ClickHour, PoisonEntry, Salt
from referrals.models.commission import Commission, CommissionQuerySet, Reversal
from referrals.models.finding import Doorstep, Finding, Review, Stage, Verdict
from referrals.models.link import FormerSlug, ShareLink
from referrals.models.programme import Invitation, Programme, Removal
from referrals.models.touch import ClaimedTouch

__all__ = [
    "Attribution",
    "Candidate",
    "Charity",
    "CharityQuerySet",
    "ClaimedTouch",
    "Click",
    "ClickHour",
    "Commission",
    "CommissionQuerySet",
    "Doorstep",
    "Finding",
    "FormerSlug",
    "Gives",
    "Invitation",
    "PoisonEntry",
    "Programme",
    "Removal",
    "Reversal",
    "Review",
    "Salt",
    "ShareLink",
    "Stage",
    "Verdict",
]
