"""What a vendor sends to the editor."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

NEW = "/shop/products/new"


def sent(**changes):
    """What the form of a tea at ¥128, 20 pieces, sends."""
    return {
        "title": "明前云雾绿茶",
        "description": "",
        "category": "",
        "commission_bp": "",
        "act": "save",
        "v-TOTAL_FORMS": "1",
        "v-INITIAL_FORMS": "0",
        "v-0-name": "",
        "v-0-price": "128",
        "v-0-stock": "20",
    } | changes


def upload(content, name="tea.jpg"):
    return SimpleUploadedFile(name, content, "image/jpeg")
