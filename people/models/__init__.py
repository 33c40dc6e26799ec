"""People, what stands between two of them, and the circles they are in."""

from people.models.circle import Circle, CircleMember
from people.models.friendship import AddressAsked, Block, FriendRequest, Friendship
from people.models.person import Audience, Person, PersonManager, StaffRole
from people.models.trade import Trade
from people.models.trust import AccountTrust, TrustBar, TrustRun, TrustSeed

__all__ = [
    "AccountTrust",
    "AddressAsked",
    "Audience",
    "Block",
    "Circle",
    "CircleMember",
    "FriendRequest",
    "Friendship",
    "Person",
    "PersonManager",
    "StaffRole",
    "Trade",
    "TrustBar",
    "TrustRun",
    "TrustSeed",
]
