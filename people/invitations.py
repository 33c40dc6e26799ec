"""The link and the square code that lead to a person's page, on a page and as a sheet."""

from __future__ import annotations

from typing import Final

import segno
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

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


def number_of(person: Person) -> str:
    """Return a person's code as people read it out: two groups of five."""
    return f"{person.public_id[:5]} {person.public_id[5:]}"


# A sheet as wide as a phone and as tall as a card; the code fills its middle.
SHEET: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 480" width="360" \
height="480" role="img" font-family="sans-serif" text-anchor="middle">
<title>{title}</title>
<rect width="360" height="480" rx="24" fill="#fff"/>
<rect width="360" height="96" rx="24" fill="#c8361a"/>
<rect y="72" width="360" height="24" fill="#c8361a"/>
<text x="180" y="58" font-size="26" font-weight="700" fill="#fff">{name}</text>
<svg x="50" y="116" width="260" height="260" viewBox="0 0 {size} {size}">{code}</svg>
<text x="180" y="410" font-size="18" fill="#2b2320">{title}</text>
<text x="180" y="444" font-size="16" fill="#6b5f5a" letter-spacing="2">{number}</text>
</svg>
"""


def sheet_of(person: Person) -> str:
    """Return a sheet with a person's name and code, as an SVG file to print or send."""
    code = segno.make_qr(link_of(person), error="m")
    picture: str = code.svg_inline(border=0, dark="#000", light="#fff", svgclass=None)
    return format_html(
        SHEET,
        title=_("Scan to be friends"),
        name=person.name,
        number=number_of(person),
        size=code.symbol_size(border=0)[0],
        code=mark_safe(picture),  # noqa: S308 -- segno draws it from our own address
    )
