"""Who a visitor of the demo can walk in as, and the links that let them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_noop

from people.models import Person

SALT = "devstack.demo.in"


@dataclass(frozen=True, slots=True)
class Part:
    """One role of the demo, the person who plays it, and where their day begins."""

    key: str
    role: str
    label: str
    opens: str


PARTS = (
    Part("chen", "vendor", gettext_noop("Vendor"), "/shop/"),
    Part("linwei", "sharer", gettext_noop("Sharer"), "/me/earnings"),
    Part("xiaoyu", "shopper", gettext_noop("Shopper"), "/"),
    Part("desk", "moderator", gettext_noop("Moderator"), "/desk/"),
)


def address_of(key: str) -> str:
    """Return the e-mail address of one of the demo's people."""
    return f"{key}@demo.example"


def person_of(key: str) -> Person:
    """Return one of the demo's people, as seeded."""
    return Person.objects.get(email=address_of(key))


def login_path(key: str) -> str:
    """Return the link that signs this person in; it works while the demo runs."""
    return reverse("demo_in", args=[signing.dumps(key, salt=SALT)])


def part_of(token: str) -> Part:
    """Return the part a login link stands for.

    Raises:
        signing.BadSignature: the link was not made by this demo.
    """
    key = signing.loads(token, salt=SALT)
    return next(part for part in PARTS if part.key == key)
