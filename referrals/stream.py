"""The click stream in Valkey: one connection a thread, short waits, one trip, never a retry."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from referrals.storing import Opening

# A page waits no longer than this for Valkey, whatever is wrong with it. Valkey on the same
# machine answers in 0.1 ms, and in the same building in 1 ms.
WAIT_SECONDS = 0.05
WAIT = struct.pack("ll", 0, round(WAIT_SECONDS * 1_000_000))  # as the kernel takes it

GROUP = "drain"

# More clicks in a minute than people make: of one visitor, and on one link from one network
# (of 256 addresses, or a household's block of IPv6).
MOST_OF_ONE_VISITOR, MOST_OF_ONE_NETWORK = 20, 300

# No MAXLEN: trimming would silently drop clicks nobody has read. A stream this long, some
# 100 MB, means that nobody drains it; PostgreSQL takes the clicks until somebody does.
LONGEST = 500_000

# One trip for all that a landing asks of Valkey: is the stream short enough; do the visitor
# and their network click more than people do; note the click; fetch what the page lacks.
LAND = """
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[7]) then
  return {'', KEYS[4] and redis.call('GET', KEYS[4])}
end
local function in_this_minute(key)
  local count = redis.call('INCR', key)
  if count == 1 then redis.call('EXPIRE', key, 60) end
  return count
end
local kind = ARGV[4]
if kind == 'human' and ARGV[10] ~= '' then
  local mine, near = in_this_minute(KEYS[2]), in_this_minute(KEYS[3])
  if mine > tonumber(ARGV[8]) or near > tonumber(ARGV[9]) then kind = 'rate' end
end
redis.call('XADD', KEYS[1], '*', 'i', ARGV[1], 'l', ARGV[2], 't', ARGV[3], 'k', kind,
           'v', ARGV[5], 'c', ARGV[6])
return {kind, KEYS[4] and redis.call('GET', KEYS[4])}
"""

LAND_NAME = hashlib.sha1(LAND.encode(), usedforsecurity=False).hexdigest()

_thread = threading.local()


def key() -> str:
    """Return the stream's name; several installations can share one Valkey."""
    return f"{settings.VALKEY_PREFIX}:clicks"


def life_key() -> str:
    """Return where it stands for which life of the server the journals have been read."""
    return f"{key()}:life"


def client() -> redis.Redis:
    """Return this thread's connection, made when the address changed or it is new."""
    if getattr(_thread, "url", None) != settings.VALKEY_URL:
        _thread.client = redis.Redis.from_url(
            settings.VALKEY_URL,
            redis_connect_func=_on_one_wire,
            socket_connect_timeout=WAIT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            single_connection_client=True,  # one thread, one wire: no pool to ask
        )
        _thread.url = settings.VALKEY_URL
    return _thread.client  # type: ignore[no-any-return]  # a thread-local holds anything


def land(opening: Opening, *, network: str, fetch: str = "") -> tuple[str, bytes | None]:
    """Add one opening to the stream; return the kind it was noted as, and what was fetched.

    The kind is empty when the stream is too long, and nothing was added.

    Args:
        opening: what to note; a person becomes RATE beyond what people do in a minute.
        network: whence it came, as a hash that means nothing tomorrow; empty: nobody counts.
        fetch: the name of something in Valkey that the page needs as well.

    Raises:
        redis.RedisError: Valkey did not answer; whether it noted the opening is unknown.
    """
    name = key()
    keys = [name, f"{name}:of:{opening.visitor}", f"{name}:near:{network}"]
    if fetch:
        keys.append(fetch)
    facts: tuple[Any, ...] = (
        opening.click_id.bytes,
        opening.link_id,
        round(opening.at.timestamp() * 1000),
        opening.kind,
        opening.visitor,
        opening.channel,
        LONGEST,
        MOST_OF_ONE_VISITOR,
        MOST_OF_ONE_NETWORK,
        network,
    )
    # The wire itself: what the client adds around a command costs more than the command.
    wire: Any = client().connection
    wire.send_command("EVALSHA", LAND_NAME, len(keys), *keys, *facts)
    try:
        answer = wire.read_response()
    except NoScriptError:  # a Valkey that has just started
        wire.send_command("EVAL", LAND, len(keys), *keys, *facts)
        answer = wire.read_response()
    return answer[0].decode(), answer[1] if len(answer) > 1 else None


def _on_one_wire(connection: Any) -> None:
    """Let the kernel keep the time of a new connection.

    Python's own way to wait asks twice, may I and then do it, and lets another thread in
    each time: a tenth of what a landing costs.
    """
    wire: socket.socket = connection._sock
    wire.settimeout(None)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, WAIT)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, WAIT)
    connection.on_connect()
