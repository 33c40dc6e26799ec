"""A wire to PostgreSQL that kills, or stops, its client at the commit it is told to.

``python -m torture.wire LISTEN_SOCKET REAL_SOCKET`` passes everything between a client and
the server, and counts the client's commits: a COMMIT, or a statement that writes outside a
transaction. On standard input, one line each, answered by one line:

    kill K before    SIGKILL the client when it sends its K-th commit, which the server never sees
    kill K after     let the server do the K-th commit, then SIGKILL the client unanswered
    stop K after     let the server do the K-th commit, SIGSTOP the client, then answer it
    count            how many commits were seen since the last order but ``count``
    away             hang up on everybody, and on whoever comes
    pass             count from zero again and leave everybody alone

The client is whom the kernel names as the other end of the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import sys

QUERY = b"Q"
READY = b"Z"
IDLE = b"I"
HEAD_BYTES = 5  # a letter and the length, which counts itself but not the letter
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
MOMENTS = {"kill": ("before", "after"), "stop": ("after",)}
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "SELECT LEDGER_POST")


class Orders:
    """What the wire was told, and what it has seen since."""

    def __init__(self) -> None:
        self.calls: set[asyncio.StreamWriter] = set()
        self.pass_on()

    def pass_on(self) -> None:
        """Count from zero and leave everybody alone."""
        self.at: int | None = None
        self.after = False
        self.signal = signal.SIGKILL
        self.seen = 0
        self.is_away = False

    def hang_up(self) -> None:
        """End every call there is, and take no more."""
        self.is_away = True
        for call in list(self.calls):
            call.close()

    def obey(self, line: str) -> str:
        """Take one order and return the answer."""
        match line.split():
            case ["kill" | "stop" as act, at, when] if at.isdigit() and when in MOMENTS[act]:
                self.pass_on()
                self.at, self.after, self.signal = int(at), when == "after", SIGNALS[act]
                return "ok"
            case ["count"]:
                return str(self.seen)
            case ["away"]:
                self.hang_up()
                return "ok"
            case ["pass"]:
                self.pass_on()
                return "ok"
        return f"no such order: {line}"


class Wire:
    """One client, its connection to the server, and where the transaction between them stands."""

    def __init__(self, orders: Orders, client: int) -> None:
        self.orders = orders
        self.client = client
        self.status = IDLE
        self.chosen = False

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what the client says."""
        length = await reader.readexactly(4)
        writer.write(length + await reader.readexactly(int.from_bytes(length) - 4))
        while True:
            head = await reader.readexactly(HEAD_BYTES)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] == QUERY and self._commits(body) and self._is_the_one():
                if not self.orders.after:
                    self._strike()
                    return
                self.chosen = True
            writer.write(head + body)
            await writer.drain()

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what the server says, unless nobody is to hear it."""
        while True:
            head = await reader.readexactly(HEAD_BYTES)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] == READY:
                self.status = body[:1]
                if self.chosen:
                    self.chosen = False
                    self._strike()
            # Who was killed reads nothing; who was stopped reads it on waking.
            writer.write(head + body)
            await writer.drain()

    def _strike(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.client, self.orders.signal)

    def _commits(self, body: bytes) -> bool:
        words = body[:40].decode(errors="replace").upper().lstrip()
        return words.startswith("COMMIT") or (self.status == IDLE and words.startswith(WRITES))

    def _is_the_one(self) -> bool:
        self.orders.seen += 1
        return self.orders.at == self.orders.seen


async def serve(listen: str, real: str) -> None:
    """Serve until standard input ends."""
    orders = Orders()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if orders.is_away:
            writer.close()
            return
        orders.calls.add(writer)
        end: socket.socket = writer.get_extra_info("socket")
        credentials = end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        wire = Wire(orders, client=struct.unpack("3i", credentials)[0])
        server_reader, server_writer = await asyncio.open_unix_connection(real)
        ways = [wire.up(reader, server_writer), wire.down(server_reader, writer)]
        tasks = [asyncio.ensure_future(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        orders.calls.discard(writer)
        for end_writer in (writer, server_writer):
            end_writer.close()

    async with await asyncio.start_unix_server(connected, listen):
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        print("ready", flush=True)
        while line := await lines.readline():
            print(orders.obey(line.decode().strip()), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:3]))
