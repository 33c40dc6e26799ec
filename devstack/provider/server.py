"""The provider's web server: sockets around ``routes``."""

from __future__ import annotations

import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from devstack.provider.payouts import Unanswered
from devstack.provider.routes import Answer, Provider, Request, answer

LARGEST_BODY_BYTES = 65536
IDLE_SECONDS = 60
# How long a dropped request is left hanging; a client with a shorter time-out sees that instead.
HANG_SECONDS = 1.0


class Server(ThreadingHTTPServer):
    """Serves one provider, a thread a connection."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        """Bind and listen."""
        super().__init__(address, Handler)
        self.provider = provider


class Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and writes their answers."""

    protocol_version = "HTTP/1.1"
    server_version = "WeidianSandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's delayed ACK
    wbufsize = -1
    server: Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isascii() or not length.isdigit():
            self._give_up(Answer(411, b"Send a Content-Length."))
        elif len(length) > 9 or int(length) > LARGEST_BODY_BYTES:
            self._give_up(Answer(413, b"Too large."))
        else:
            self._answer(self.rfile.read(int(length)))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _answer(self, body: bytes) -> None:
        try:
            given = answer(self.server.provider, self._request(body))
        except Unanswered:
            time.sleep(HANG_SECONDS)
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 -- said in the log; the connection must get an answer
            traceback.print_exc(file=sys.stderr)
            given = Answer(500, b'{"error":{"code":"defect","message":"A defect; see the log."}}')
        self._send(given)

    def _request(self, body: bytes) -> Request:
        parts = urlsplit("//provider" + self.path if self.path.startswith("/") else "/")
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )

    def _give_up(self, given: Answer) -> None:
        self.close_connection = True  # what follows on this connection cannot be told apart
        self._send(given)

    def _send(self, given: Answer) -> None:
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(given.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(given.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log what changes something or fails; reading is silent."""
        if self.command != "GET" or (isinstance(code, int) and code >= 400):
            super().log_request(code, size)

    def log_message(self, format: str, *values: object) -> None:
        """Write one plain line."""
        line = (format % values).translate(self._control_char_table)  # type: ignore[attr-defined]
        print(line, file=sys.stderr, flush=True)
