"""Reading request bodies: a value of the right kind and size, or a refusal that names the field."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import urlsplit

from devstack.provider.book import Refused

LARGEST_AMOUNT_MINOR = 10**12
CURRENCY = re.compile(r"[A-Z]{3}")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def body(raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises:
        Refused: 400, it is not one.
    """
    try:
        found = json.loads(raw.decode())
    except (ValueError, RecursionError) as broken:
        raise Refused(400, "malformed", "The body must be JSON in UTF-8.") from broken
    if not isinstance(found, dict):
        raise Refused(400, "malformed", "The body must be a JSON object.")
    return found


def text(fields: dict[str, Any], name: str, *, limit: int, default: str | None = None) -> str:
    """Return a text of 1 to ``limit`` printable characters, or ``default`` when absent."""
    value = fields.get(name, default)
    if isinstance(value, str) and value == default:
        return value
    if not isinstance(value, str) or not 0 < len(value) <= limit or not value.isprintable():
        raise _invalid(name, f"must be 1 to {limit} printable characters")
    return value


def amount(fields: dict[str, Any]) -> int:
    """Return ``amount_minor``, a positive whole number."""
    value = fields.get("amount_minor")
    if type(value) is not int or not 0 < value <= LARGEST_AMOUNT_MINOR:  # True is an int too
        raise _invalid("amount_minor", f"must be a whole number from 1 to {LARGEST_AMOUNT_MINOR}")
    return value


def currency(fields: dict[str, Any]) -> str:
    """Return ``currency``, three capital letters."""
    value = fields.get("currency")
    if not isinstance(value, str) or not CURRENCY.fullmatch(value):
        raise _invalid("currency", "must be three capital letters, such as CNY")
    return value


def web_address(fields: dict[str, Any], name: str) -> str:
    """Return an absolute http or https address."""
    value = text(fields, name, limit=2000)
    try:
        parts = urlsplit(value)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or not value.isascii() or any(sign in value for sign in " \"'<>;,\\"):
        raise _invalid(name, "must be an absolute http or https address")
    return value


def destination(fields: dict[str, Any]) -> str | dict[str, Any]:
    """Return where a payout goes: a text, or an object of at most 2,000 characters."""
    value = fields.get("destination")
    if isinstance(value, dict) and value and len(json.dumps(value)) <= 2000:
        return value
    return text(fields, "destination", limit=500)


def idempotency_key(value: str | None) -> str:
    """Return the request's idempotency key.

    Raises:
        Refused: 400, it is missing or not 1 to 255 plain characters.
    """
    if value is None or not IDEMPOTENCY_KEY.fullmatch(value):
        raise Refused(400, "idempotency_key_required", "Send an Idempotency-Key of 1-255 signs.")
    return value


def fingerprint(fields: dict[str, Any]) -> str:
    """Return a digest that two requests share only if they ask the same."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _invalid(name: str, rule: str) -> Refused:
    return Refused(422, "invalid", f"{name} {rule}.", field=name)
