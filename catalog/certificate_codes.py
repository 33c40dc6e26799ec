"""The address of a certificate's public page, and the square code that leads there."""

from __future__ import annotations

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from catalog.models import Certificate, Product
from kit import clock


def address_of(certificate: Certificate) -> str:
    """Return where anybody may check a certificate."""
    return f"{settings.BASE_URL}/b/{certificate.public_id}"


def short_address_for(product: Product) -> str:
    """Return where to check the certificate that a listing stands under, to be read off a print.

    Empty when it names no brand, or none of its certificates counts at this moment; one query.
    """
    valid = Certificate.objects.valid(now=clock.now()).filter(namings__product=product)
    found = valid.order_by("-ends_at", "pk").first()
    return address_of(found).partition("://")[2] if found is not None else ""


def code_of(certificate: Certificate) -> SafeString:
    """Return the same address as a square code: inline SVG, dark on white in any look."""
    svg: str = segno.make_qr(address_of(certificate), error="m").svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr"
    )
    return mark_safe(svg)  # noqa: S308  # segno draws it from our own address
