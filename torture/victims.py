"""Doing a job in a child process that may be killed at any of its commits."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

from django.db import connections

from torture.stage import Wire


class JobFailed(Exception):
    """The job ended by itself, with an error."""


def dies_at(job: Callable[[], object], *, wire: Wire, commit: int, when: str) -> bool:
    """Do ``job`` in a fork of this process that is killed at its ``commit``-th commit.

    Args:
        job: what the child does; whatever it raises is an error of the test.
        wire: what its statements travel through.
        commit: 1 is the first.
        when: ``before`` the server sees the commit, or ``after`` it has done it.

    Returns:
        Whether it was killed; False when it made fewer commits and came to its end.

    Raises:
        JobFailed: it raised.
    """
    connections.close_all()  # a fork shares its parent's sockets
    wire.tell(f"kill {commit} {when}")
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _be_the_child(job, wire)
    _, status = os.waitpid(child, 0)
    wire.tell("pass")
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if os.waitstatus_to_exitcode(status):
        raise JobFailed(f"the job failed at commit {commit} ({when})")
    return False


def _be_the_child(job: Callable[[], object], wire: Wire) -> None:
    code = 1
    try:
        connections["default"].settings_dict["OPTIONS"]["host"] = str(wire.folder)
        job()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)
