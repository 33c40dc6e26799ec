"""Where a checkout keeps what it runs on: everything stands under ``<checkout>/.devstack/``."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
STATE = CHECKOUT / ".devstack"

POSTGRES_DATA = STATE / "postgres"
VALKEY_DATA = STATE / "valkey"
PROVIDER_DATA = STATE / "provider"
LOGS = STATE / "logs"
MEDIA = STATE / "media"
MAIL = STATE / "mail"
CLOCK_FILE = STATE / "clock"
BEAT_SCHEDULE = STATE / "beat"
SCRATCH = STATE / "scratch"

SERVERS_FILE = STATE / "servers.json"  # written by the keeper while both servers answer
PINNED_FILE = STATE / "pinned"  # while it is there the servers stay up with nobody using them
DEMO_FILE = STATE / "demo.json"
DEMO_ENVIRONMENT_FILE = STATE / "demo-environment.json"

KEEPER_LOCK = STATE / "keeper.lock"
CLIENTS_LOCK = STATE / "clients.lock"
START_LOCK = STATE / "start.lock"
DEMO_LOCK = STATE / "demo.lock"

# The kernel's sun_path holds 108 bytes with its closing NUL.
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"
# A socket folder goes into DATABASE_URL's query unescaped, so it may hold nothing to escape.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


class UnsafeFolder(Exception):
    """A private folder under the temporary directory belongs to, or is open to, somebody else."""


def sockets() -> Path:
    """Return this checkout's folder of unix sockets, made if need be.

    It is ``.devstack/run``, or a private folder under the temporary directory when that path is
    too long, or not plain enough, for a socket address.

    Raises:
        UnsafeFolder: the private folder exists and is not ours alone.
    """
    own = STATE / "run"
    if _fits(own):
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        return own
    digest = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:16]
    name = f"weidian-{os.getuid()}-{digest}"
    roots = (Path(tempfile.gettempdir()), Path("/tmp"))
    return _private(next((root / name for root in roots if _fits(root / name)), roots[-1] / name))


def _fits(folder: Path) -> bool:
    length = len(os.fsencode(f"{folder}{LONGEST_SOCKET_NAME}"))
    return length <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(folder)) is not None


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # Anybody may write to the temporary directory, and so may have been there first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UnsafeFolder(f"{folder} is not a folder of yours alone; remove it and try again")
    return folder


def secret(name: str) -> str:
    """Return this checkout's secret of that name; the first to ask makes it."""
    path = STATE / name
    STATE.mkdir(exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # fails when another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
