"""A Stripe of our own: transfers and balances behind idempotency keys that work as Stripe's do.

``python -m tests.payments.rails.fake_stripe --port N --journal FILE`` runs it as a process. A key
compares the parameters, replays whatever was answered first (a 500 too), is busy while its first
request runs, and is forgotten after 24 hours of a clock that tests may move. Every change is in
the file before it is answered, so a killed process loses nothing it did. It is not synced to the
disk: no test cuts the power, and beside a busy database a sync may take longer than a client waits.

Tests speak to ``/_control``: ``faults`` lists what befalls the next POSTs (``held`` works until
``let_go`` is said), ``look_ups`` the next GETs, ``ahead_seconds`` moves the clock, ``balance``
sets what is left in a currency, and ``webhook`` is where events go, each told three times and the
newest first.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

from devstack.provider.clock import Clock

SECRET = "sk_test_of_our_own"
WEBHOOK_SECRET = "whsec_of_our_own"
COPIES = 3
KEYS_LIVE_SECONDS = 24 * 3600
OPENING_BALANCE = 10**12
WRONG_DESTINATIONS = {  # by what the account's id contains
    "Missing": (400, "resource_missing", "No such destination."),
    "Closed": (400, "account_closed", "The account is closed."),
    "Limited": (400, "insufficient_capabilities_for_transfer", "It may not take transfers."),
}

Row = dict[str, Any]


class Refused(Exception):
    """An error answer; one that comes of running the request is kept under its key."""

    def __init__(self, status: int, code: str, message: str, **also: Any) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = also.pop("is_kept", False)
        kind = also.pop("kind", "invalid_request_error")
        self.body = {"error": {"type": kind, "code": code, "message": message, **also}}


class Dropped(Exception):
    """The connection ends here; ``words`` is the piece of an answer that still got through."""

    def __init__(self, words: bytes = b"") -> None:
        super().__init__()
        self.words = words


class Stripe:
    """What Stripe knows: transfers, balance transactions, keys."""

    def __init__(self, journal: Path, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.ahead_seconds = 0
        self.faults: list[str] = []
        self.let_go = threading.Event()
        self.look_ups: list[str] = []
        self.opening: dict[str, int] = {}
        self.posts = 0
        self.webhook = ""
        self.tables: dict[str, dict[str, Row]] = {
            name: {} for name in ("transfers", "moves", "keys", "events")
        }
        self.number = itertools.count(1)
        if journal.exists():
            for line in journal.read_text().splitlines():
                for table, row in json.loads(line):
                    self.tables[table][row["id"]] = row
                    next(self.number)
        self.journal = journal.open("a")

    def now(self) -> int:
        return self.clock.now() + self.ahead_seconds

    def write(self, change: list[tuple[str, Row]]) -> None:
        """Write rows as one change: in the file, then in memory."""
        self.journal.write(json.dumps(change) + "\n")
        self.journal.flush()
        for table, row in change:
            self.tables[table][row["id"]] = row

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self.number):06d}"

    # --- idempotency --------------------------------------------------------------------

    def post(self, path: str, form: dict[str, str], key: str) -> tuple[int, Row]:
        """Run a request once for its key, or answer as the first one was answered."""
        fault = self._next(self.faults)
        if fault == "drop_before":
            raise Dropped
        if fault == "busy":
            raise Refused(429, "rate_limit", "Too many requests.", kind="rate_limit_error")
        status, body = self._answer(path, form, key, fault)
        if fault == "drop_after":
            raise Dropped
        if fault == "cut":
            raise Dropped(json.dumps(body).encode()[:40])
        return status, body

    def _answer(self, path: str, form: dict[str, str], key: str, fault: str) -> tuple[int, Row]:
        asked = hashlib.sha256(json.dumps([path, sorted(form.items())]).encode()).hexdigest()
        with self.lock:
            self.posts += 1
            before = self._known(key)
            if before is None:
                self.tables["keys"][key] = {"asked": asked, "at": self.now(), "status": None}
        if before is None:
            return self._run(path, form, key, asked, fault)
        if before["asked"] != asked:
            raise Refused(400, "", "Keys take the same parameters.", kind="idempotency_error")
        if before["status"] is None:
            raise Refused(409, "idempotency_key_in_use", "Busy.", kind="idempotency_error")
        return before["status"], before["body"]

    def _known(self, key: str) -> Row | None:
        row = self.tables["keys"].get(key)
        return row if row and self.now() - row["at"] < KEYS_LIVE_SECONDS else None

    def _run(
        self, path: str, form: dict[str, str], key: str, asked: str, fault: str
    ) -> tuple[int, Row]:
        if fault.startswith("slow"):
            time.sleep(float(fault.removeprefix("slow") or 1))
        if fault == "held":
            self.let_go.wait()
        change: list[tuple[str, Row]] = []
        body: Row = {}
        status = 200
        with self.lock:
            try:
                if fault != "error_before":
                    change, body = self._act(path, form)
            except Refused as refused:
                if not refused.is_kept:
                    del self.tables["keys"][key]
                    raise
                status, body = refused.status, refused.body
            if fault.startswith("error"):
                status, body = 500, {"error": {"type": "api_error", "message": "Sorry."}}
            kept = {"id": key, "asked": asked, "at": self.now(), "status": status, "body": body}
            told = [("events", self._event(row)) for table, row in change if table == "transfers"]
            self.write([*change, *told, ("keys", kept)])
        if told and self.webhook:
            threading.Thread(target=self._deliver, args=(self.webhook,), daemon=True).start()
        return status, body

    # --- what it does -------------------------------------------------------------------

    def _act(self, path: str, form: dict[str, str]) -> tuple[list[tuple[str, Row]], Row]:
        words = path.strip("/").split("/")
        if words == ["v1", "transfers"]:
            return self._transfer(form)
        if words[:2] == ["v1", "transfers"] and words[3:] == ["reversals"]:
            return self._reverse(words[2], form)
        raise Refused(404, "", "Unrecognized request URL.")

    def _transfer(self, form: dict[str, str]) -> tuple[list[tuple[str, Row]], Row]:
        amount, currency = form.get("amount", ""), form.get("currency", "")
        if not amount.isdigit() or int(amount) < 1:
            raise Refused(400, "parameter_invalid_integer", "Invalid integer.", param="amount")
        if int(amount) > 99_999_999:
            raise Refused(400, "amount_too_large", "Too large.", param="amount")
        for sign, (status, code, message) in WRONG_DESTINATIONS.items():
            if sign in form.get("destination", ""):
                raise Refused(status, code, message, param="destination", is_kept=True)
        if self.balance(currency) < int(amount):
            raise Refused(400, "balance_insufficient", "Insufficient funds.", is_kept=True)
        row: Row = {
            "id": self.new_id("tr"),
            "object": "transfer",
            "amount": int(amount),
            "amount_reversed": 0,
            "currency": currency,
            "created": self.now(),
            "description": form.get("description"),
            "destination": form["destination"],
            "metadata": _inner(form, "metadata"),
            "reversed": False,
            "transfer_group": form.get("transfer_group"),
        }
        return [("transfers", row), ("moves", self._move("transfer", row["id"], row))], row

    def _reverse(self, of: str, form: dict[str, str]) -> tuple[list[tuple[str, Row]], Row]:
        before = self.tables["transfers"].get(of)
        if before is None:
            raise Refused(404, "resource_missing", "No such transfer.", param="id")
        if before["reversed"] or "Spent" in before["destination"]:
            raise Refused(400, "insufficient_funds", "There is not enough left.", is_kept=True)
        back = {
            "id": self.new_id("trr"),
            "object": "transfer_reversal",
            "amount": before["amount"],
            "currency": before["currency"],
            "created": self.now(),
            "metadata": _inner(form, "metadata"),
            "transfer": of,
        }
        after = {**before, "reversed": True, "amount_reversed": before["amount"]}
        return [
            ("transfers", after),
            ("moves", self._move("transfer_refund", of, back, sign=1)),
        ], back

    def _move(self, kind: str, of: str, source: Row, *, sign: int = -1) -> Row:
        return {
            "id": self.new_id("txn"),
            "object": "balance_transaction",
            "amount": sign * source["amount"],
            "net": sign * source["amount"],
            "fee": 0,
            "currency": source["currency"],
            "created": self.now(),
            "source": source,
            "status": "available",
            "type": kind,
            "of": of,
        }

    def balance(self, currency: str) -> int:
        moved: list[int] = [row["amount"] for row in self.moves() if row["currency"] == currency]
        return self.opening.get(currency, OPENING_BALANCE) + sum(moved)

    def moves(self) -> list[Row]:
        return list(self.tables["moves"].values())

    # --- what it tells ------------------------------------------------------------------

    def _event(self, row: Row) -> Row:
        return {
            "id": self.new_id("evt"),
            "object": "event",
            "type": "transfer.reversed" if row["reversed"] else "transfer.created",
            "created": self.now(),
            "livemode": False,
            "data": {"object": row},
        }

    def _deliver(self, url: str) -> None:
        for event in list(self.tables["events"].values())[::-1]:
            body = json.dumps(event).encode()
            headers = {"Content-Type": "application/json; charset=utf-8"}
            headers["Stripe-Signature"] = sign(body, self.now())
            for _ in range(COPIES):
                with urlopen(Request(url, body, headers), timeout=10):  # any but a 2xx raises
                    pass

    def get(self, path: str, query: dict[str, str]) -> Row:
        fault = self._next(self.look_ups)
        if fault == "drop":
            raise Dropped
        if fault == "busy":
            raise Refused(429, "rate_limit", "Too many requests.", kind="rate_limit_error")
        if fault:
            raise Refused(500, "", "Sorry.", kind="api_error")
        with self.lock:
            if path == "/v1/transfers":
                group = query.get("transfer_group")
                rows = [
                    row
                    for row in self.tables["transfers"].values()
                    if row["transfer_group"] == group
                ]
                return _page(rows[::-1], query, path)
            if path == "/v1/balance_transactions":
                since, until = int(query["created[gte]"]), int(query["created[lt]"])
                rows = [row for row in self.moves() if since <= row["created"] < until]
                return _page(rows[::-1], query, path)
            row = self.tables["transfers"].get(path.rpartition("/")[2])
        if row is None:
            raise Refused(404, "resource_missing", "No such transfer.", param="id")
        return row

    def control(self, words: Row) -> Row:
        with self.lock:
            self.faults += words.get("faults", [])
            self.look_ups += words.get("look_ups", [])
            if "held" in words.get("faults", []):
                self.let_go.clear()
            if words.get("let_go") or words.get("calm"):
                self.let_go.set()
            self.webhook = words.get("webhook", self.webhook)
            self.ahead_seconds = words.get("ahead_seconds", self.ahead_seconds)
            for currency, minor in words.get("balance", {}).items():
                self.opening[currency] = (
                    minor - self.balance(currency) + self.opening.get(currency, OPENING_BALANCE)
                )
            if words.get("calm"):
                self.faults.clear()
                self.look_ups.clear()
                self.opening.clear()
                self.ahead_seconds = 0
                self.webhook = ""
            told = {name: list(self.tables[name].values()) for name in ("transfers", "events")}
            return {**told, "posts": self.posts}

    def _next(self, faults: list[str]) -> str:
        with self.lock:
            return faults.pop(0) if faults else ""


def sign(body: bytes, at: int, secret: str = WEBHOOK_SECRET) -> str:
    """Return the header ``Stripe-Signature`` of a webhook."""
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()
    return f"t={at},v1={digest}"


def _inner(form: dict[str, str], name: str) -> dict[str, str]:
    return {
        field[len(name) + 1 : -1]: value
        for field, value in form.items()
        if field.startswith(f"{name}[")
    }


def _page(rows: list[Row], query: dict[str, str], path: str) -> Row:
    after = query.get("starting_after")
    if after:
        rows = rows[[row["id"] for row in rows].index(after) + 1 :]
    limit = int(query.get("limit", "10"))
    return {"object": "list", "url": path, "data": rows[:limit], "has_more": len(rows) > limit}


class Handler(BaseHTTPRequestHandler):
    """Reads Stripe's form posts and writes JSON."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    stripe: Stripe

    def do_GET(self) -> None:
        self._serve(lambda path, query, body: (200, self.stripe.get(path, query)))

    def do_POST(self) -> None:
        self._serve(self._post)

    def _post(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Row]:
        if path == "/_control":
            return 200, self.stripe.control(json.loads(body))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return self.stripe.post(path, form, self.headers["Idempotency-Key"])

    def _serve(self, act: Any) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.headers.get("Authorization") != f"Bearer {SECRET}":
                raise Refused(401, "", "Invalid API Key provided.")
            status, answer = act(parts.path, dict(parse_qsl(parts.query)), body)
        except Refused as refused:
            status, answer = refused.status, refused.body
        except Dropped as dropped:
            self.close_connection = True
            if dropped.words:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + dropped.words)
            return
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *words: Any) -> None:
        """Say nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--clock-file", type=Path)
    asked = parser.parse_args()
    Handler.stripe = Stripe(asked.journal, Clock(asked.clock_file))
    server = ThreadingHTTPServer(("127.0.0.1", asked.port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
