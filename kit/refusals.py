"""What to say to somebody whose picture we cannot take."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.pictures import NotAPicture, TooLarge, TooManyPixels

Refused = (NotAPicture, TooLarge, TooManyPixels)

WHY_NOT: dict[type[Exception], str | Promise] = {
    NotAPicture: _("This file cannot be read as a picture. Choose a JPEG, PNG or WebP."),
    TooLarge: _("This picture is larger than 8 MB. Choose a smaller one."),
    TooManyPixels: _("This picture has too many pixels. Choose one of up to 25 megapixels."),
}


def why_not(refusal: Exception) -> str:
    """Return the sentence for a picture refused by ``kit.pictures``."""
    return str(WHY_NOT[type(refusal)])
