"""Template tags every page may use; loaded everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from babel.dates import format_timedelta
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from kit import clock, dates, phones
from kit.money import Money

register = template.Library()

TONES = 4  # grounds a face without a picture may have


class Picture(Protocol):
    """What a template needs of a photo: the stem of its files and the widths that exist."""

    name: str
    widths: Sequence[int]
    avif_widths: Sequence[int]


@register.filter
def money(minor: int, currency: str = "CNY") -> str:
    """Write minor units as the reader's language does: ``6800`` becomes ``¥68.00``."""
    return Money(minor, currency).display(get_language() or "en")


@register.filter
def money_parts(minor: int, currency: str = "CNY") -> tuple[str, str, str]:
    """Return symbol, whole units and fraction of minor units, for a big price."""
    return Money(minor, currency).parts(get_language() or "en")


@register.filter
def percent(rate_bp: int) -> str:
    """Write basis points as per cent without idle zeros: ``1000`` becomes ``10%``."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


@register.filter
def ago(moment: datetime) -> str:
    """Write how long ago a moment was: ``5 minutes ago``; the clock is the house's."""
    locale = to_locale(get_language() or "en")
    past = min(moment - clock.now(), timedelta(seconds=-1))  # never "in 0 seconds"
    return str(format_timedelta(past, add_direction=True, locale=locale))


register.filter("on_day", dates.on_day, expects_localtime=True)
register.filter("at_time", dates.at_time, expects_localtime=True)
register.filter("phone", phones.grouped)


@register.filter
def lang_tag(code: str) -> str:
    """Write a language code as HTML's ``lang`` wants it: ``zh-hans`` becomes ``zh-Hans``."""
    return to_locale(code).replace("_", "-")


@register.filter
def avatar_url(person: Any) -> str:
    """Return where the small picture of a person or shop lies; empty when there is none."""
    stem = getattr(person, "avatar", "")
    return f"{settings.MEDIA_URL}people/{stem}-96.webp" if stem else ""


@register.filter
def initial(name: str) -> str:
    """Return the letter that stands for somebody without a picture."""
    return name.strip()[:1].upper() or "?"


@register.filter
def tone(name: str) -> int:
    """Return which ground somebody without a picture has; the same name, the same ground."""
    return sum(map(ord, name)) % TONES


@register.filter
def photo_url(photo: Picture, width: int, kind: str = "webp") -> str:
    """Return where ``photo`` lies in the smallest stored width of at least ``width``."""
    stored = sorted(photo.avif_widths if kind == "avif" else photo.widths)
    enough = next((one for one in stored if one >= width), stored[-1])
    return f"{_folder(photo)}{photo.name}-{enough}.{kind}"


def _folder(photo: Picture) -> str:
    """Return where a photo's files lie; the samples on /about/ui bring their own place."""
    return getattr(photo, "folder", "") or f"{settings.MEDIA_URL}photos/"


@register.filter
def srcset(photo: Picture, kind: str) -> str:
    """List every stored file of one kind (``webp``, ``avif``) with its width."""
    stored = photo.avif_widths if kind == "avif" else photo.widths
    return ", ".join(f"{photo_url(photo, width, kind)} {width}w" for width in sorted(stored))


@register.filter
def undo_path(tags: str) -> str:
    """Return the address in a message's ``undo:/path`` tag; empty when it has none."""
    path = tags.removeprefix("undo:") if tags and tags.startswith("undo:/") else ""
    return "" if path.startswith("//") else path


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false">'
        '<use href="{}#i-{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """Return this page's query string with ``changes`` made, for links that page or filter."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"
