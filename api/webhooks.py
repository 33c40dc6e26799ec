"""The doors providers call: signed, stored once, then acted on by asking them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from api import acting
from payments import inbox
from payments.gateways import alipay, sandbox, stripe, wechatpay
from payments.gateways.news import Headers, News, NotNews
from payments.inbox import NotStorable
from payments.models import ProviderEvent

LARGEST_BYTES = 65_536  # a provider's largest event about a payment is a few kB

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Door:
    """How one provider speaks to us, and the word it waits for."""

    content_type: str
    news: Callable[[bytes, Headers], News]
    thanks: str = "OK\n"


# The sandbox takes charges too, so its door is open whatever rails are.
ALWAYS_OPEN = "sandbox"
DOORS = {
    "sandbox": Door(JSON, sandbox.news),
    "stripe": Door(JSON, stripe.news),
    "wechatpay": Door(JSON, wechatpay.news),
    "alipay": Door(FORM, alipay.news, thanks="success"),
}


@csrf_exempt
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one event of a provider; 200 as soon as it is stored."""
    door = _open_door(provider)
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
    if request.content_type != door.content_type:
        return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = _body_of(request)
    if body is None:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        event = _store(provider, door.news(body, request.headers))
    except (NotNews, NotStorable):
        return _answer(HTTPStatus.BAD_REQUEST)
    if event is not None:
        acting.act_at_once(event)
    return HttpResponse(door.thanks, content_type="text/plain")


def _open_door(provider: str) -> Door:
    is_open = provider == ALWAYS_OPEN or provider in settings.PAYOUT_RAILS
    if not is_open or provider not in DOORS:
        raise Http404
    return DOORS[provider]


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


def _store(provider: str, news: News) -> ProviderEvent | None:
    return inbox.store(
        provider=provider,
        event_id=news.event_id,
        kind=news.kind,
        reference=news.reference,
        payload=news.payload,
    )
