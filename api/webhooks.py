"""The doors providers call: signed, stored once, then acted on by asking them back."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from api import acting
from payments import inbox
from payments.gateways import sandbox as gateway
from payments.inbox import NotStorable
from payments.models import ProviderEvent

log = logging.getLogger(__name__)

LARGEST_BYTES = 65_536  # the provider's largest event is under 2 kB
LARGEST = {"id": 80, "type": 40, "reference": 80}  # the inbox's columns


class Malformed(Exception):
    """The body is not an event."""


@csrf_exempt
@require_POST
def sandbox(request: HttpRequest) -> HttpResponse:
    """Take one event of the sandbox provider; 200 as soon as it is stored."""
    if request.content_type != "application/json":
        return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = _body_of(request)
    if body is None:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not gateway.is_genuine(
        body=body,
        timestamp=request.headers.get("Weidian-Sandbox-Timestamp", ""),
        signature=request.headers.get("Weidian-Sandbox-Signature", ""),
    ):
        return _answer(HTTPStatus.BAD_REQUEST)
    try:
        event = _store(_read(body))
    except (Malformed, NotStorable):
        return _answer(HTTPStatus.BAD_REQUEST)
    if event is not None:
        acting.act_at_once(event)
    return _answer(HTTPStatus.OK)


def _answer(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(f"{status.phrase}\n", content_type="text/plain", status=status)


def _body_of(request: HttpRequest) -> bytes | None:
    """Return the body, or None when it is longer than any event."""
    length = request.headers.get("content-length") or "0"
    if not length.isascii() or not length.isdigit() or int(length[:12]) > LARGEST_BYTES:
        return None
    try:
        return request.body
    except UnreadablePostError:
        return b""  # the caller hung up; nothing will carry its signature


def _read(body: bytes) -> dict[str, Any]:
    """Return the event that ``body`` holds.

    Raises:
        Malformed: it is no JSON object of the shape that events have.
    """
    try:
        event = json.loads(body.decode(), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as broken:
        raise Malformed from broken
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict):
        raise Malformed
    texts = {"id": event.get("id"), "type": event.get("type"), "reference": data.get("reference")}
    for name, text in texts.items():
        if not isinstance(text, str) or not 0 < len(text) <= LARGEST[name]:
            raise Malformed
    return {**event, **texts}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)  # 1e400 is JSON, and no column holds it
    return number


def _store(event: dict[str, Any]) -> ProviderEvent | None:
    return inbox.store(
        provider="sandbox",
        event_id=event["id"],
        kind=event["type"],
        reference=event["reference"],
        payload=event,
    )
