"""Webhooks: every event is told until it is heard, also across a restart."""

from __future__ import annotations

import hmac
import http.client
import json
import urllib.request

from devstack.provider.book import Book, public
from devstack.provider.journal import Row
from devstack.provider.schedule import Schedule

TIMEOUT_SECONDS = 5
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is no answer: followed, the POST becomes a GET that any page receives well."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


class Webhooks:
    """Delivers the book's events to the address each of them was recorded with."""

    def __init__(self, book: Book, schedule: Schedule, secret: str) -> None:
        """Listen to the book, and take up what an earlier process left undelivered."""
        self._book = book
        self._schedule = schedule
        self._secret = secret
        book.on_event = self._begin
        for event in book.all("events"):
            if event["_url"] and not event["_is_delivered"]:
                # The shop may have moved to another port since.
                self._begin({**event, "_url": book.webhook_url or event["_url"]})

    def signed(self, event: Row) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers an event is sent with, signed at this moment."""
        body = json.dumps(public(event), separators=(",", ":")).encode()
        timestamp = str(self._book.clock.now())
        words = timestamp.encode() + b"." + body
        signature = hmac.digest(self._secret.encode(), words, "sha256").hex()
        return body, {
            "Content-Type": "application/json",
            "Weidian-Sandbox-Timestamp": timestamp,
            "Weidian-Sandbox-Signature": f"v1={signature}",
        }

    def _begin(self, event: Row) -> None:
        if event["_url"]:
            for _ in range(event["_copies"]):
                self._schedule.after(0, lambda: self._deliver(event, FIRST_WAIT_SECONDS))

    def _deliver(self, event: Row, wait_seconds: float) -> None:
        if self._is_heard(event):
            self._book.record("events", {**event, "_is_delivered": True})
            return
        following = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
        self._schedule.after(wait_seconds, lambda: self._deliver(event, following))

    def _is_heard(self, event: Row) -> bool:
        body, headers = self.signed(event)  # anew for each try: an old timestamp is refused
        request = urllib.request.Request(event["_url"], data=body, headers=headers, method="POST")
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return 200 <= int(response.status) < 300
        except (OSError, http.client.HTTPException):
            return False
