"""The link and the square code that lead to a person's page."""

from __future__ import annotations

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from people.models import Person


def link_of(person: Person) -> str:
    """Return the address that invites whoever opens it to ask this person."""
    return f"{settings.BASE_URL}/u/{person.public_id}/add"


def code_of(person: Person) -> SafeString:
    """Return the same address as a square code: inline SVG, dark on white in any look."""
    svg: str = segno.make_qr(link_of(person), error="m").svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr"
    )
    return mark_safe(svg)  # noqa: S308 -- segno draws it from our own address
