"""The address of a certificate's public page, and the square code that leads there."""

from __future__ import annotations

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from catalog.models import Certificate


def address_of(certificate: Certificate) -> str:
    """Return where anybody may check a certificate."""
    return f"{settings.BASE_URL}/b/{certificate.public_id}"


def code_of(certificate: Certificate) -> SafeString:
    """Return the same address as a square code: inline SVG, dark on white in any look."""
    svg: str = segno.make_qr(address_of(certificate), error="m").svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr"
    )
    return mark_safe(svg)  # noqa: S308  # segno draws it from our own address
