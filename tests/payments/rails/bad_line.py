"""A bad line between the house and a provider: it passes all on until it is told how not to.

What befalls the next requests that ask for something (``POST``), each for as long as it is set:

    lost     the connection ends without an answer
    error    500, from something in between that speaks no provider's language
    busy     409, likewise
    reset    half an answer, and then the connection is reset
    hang     no answer until ``let_go``

``reaches`` says whether the provider got the request all the same. ``only`` keeps the trouble to
requests that name it, look-ups too, as of one payout that hangs for ever.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HANG_SECONDS = 60
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close at once, unsent words and all
PASSED_ON = ("Authorization", "Content-Type", "Idempotency-Key", "Sandbox-Script")


class BadLine:
    """One line; ``url`` is its near end."""

    def __init__(self, far_end: str) -> None:
        self.far_end = far_end
        self.url = ""
        self.requests = 0
        self._let_go = threading.Event()
        self.calm()

    def calm(self) -> None:
        """Pass everything on from now; whoever hangs is let go."""
        self.fault, self.reaches, self.only = "", True, ""
        self.let_go()

    def break_by(self, fault: str, *, reaches: bool = True, only: str = "") -> None:
        """Treat requests this way from now on."""
        self._let_go = threading.Event()
        self.fault, self.reaches, self.only = fault, reaches, only

    def let_go(self) -> None:
        """Pass on what was held up, and answer nobody who waited."""
        self._let_go.set()

    def is_meant(self, request: BaseHTTPRequestHandler, body: bytes) -> bool:
        """Say whether this request has the trouble that is set."""
        if self.only:
            return self.only in request.path or self.only.encode() in body
        return bool(self.fault) and request.command == "POST"

    def pass_on(self, request: BaseHTTPRequestHandler, body: bytes) -> httpx.Response:
        """Have the far end answer a request."""
        headers = {name: request.headers[name] for name in PASSED_ON if request.headers[name]}
        return httpx.request(
            request.command,
            self.far_end + request.path,
            content=body,
            headers=headers,
            timeout=20,
            trust_env=False,
        )

    def trouble(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes] | None:
        """Do what is set to befall a request; return what it is answered, if anything is."""
        fault, reaches, held = self.fault, self.reaches, self._let_go
        answer = self.pass_on(request, body) if reaches else None
        if fault == "hang":
            held.wait(HANG_SECONDS)
            if not reaches:
                self.pass_on(request, body)  # it was on its way all that time
        if fault == "reset":
            content = answer.content if answer else b'{"id": "'
            _reset(request, content[: len(content) // 2])
        if fault in ("error", "busy"):
            return {"error": 500, "busy": 409}[fault], b'{"message": "gateway"}'
        return None


def _reset(request: BaseHTTPRequestHandler, half: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    request.wfile.write(b"Content-Length: 4000\r\n\r\n" + half)
    request.wfile.flush()
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@contextmanager
def bad_line(far_end: str) -> Iterator[BadLine]:
    """Lay a line to ``far_end`` for as long as the block lasts."""
    line = BadLine(far_end)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            line.requests += 1
            if line.is_meant(self, body):
                answer = line.trouble(self, body)
            else:
                far = line.pass_on(self, body)
                answer = far.status_code, far.content
            if answer is None:
                self.close_connection = True
                return
            status, content = answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815 -- the names that http.server calls

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of who hung up before we did."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield line
    finally:
        line.calm()
        server.shutdown()
        server.server_close()
