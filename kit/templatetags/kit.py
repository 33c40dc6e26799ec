"""Template tags every page may use; loaded everywhere."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kit.money import Money

register = template.Library()


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


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false">'
        '<use href="/static/icons.svg#i-{}"></use></svg>',
        css,
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
