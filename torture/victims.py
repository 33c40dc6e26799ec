"""Doing a job in a child process that may be killed, or stopped, at any of its commits."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

from django.db import connections

from kit.states import TransitionRefused
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
    child = _child(job, wire, f"kill {commit} {when}")
    _, status = os.waitpid(child, 0)
    wire.tell("pass")
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if os.waitstatus_to_exitcode(status):
        raise JobFailed(f"the job failed at commit {commit} ({when})")
    return False


def sleeps_at(
    job: Callable[[], object], *, wire: Wire, commit: int, meanwhile: Callable[[], object]
) -> bool:
    """Do ``job`` in a fork that is stopped after its ``commit``-th commit and woken later.

    While it sleeps ``meanwhile`` is done here. What it raises on waking is its own affair: the
    world has moved on, and the books tell whether it did harm.

    Returns:
        Whether it was stopped; False when it made fewer commits.
    """
    child = _child(job, wire, f"stop {commit} after")
    _, status = os.waitpid(child, os.WUNTRACED)
    wire.tell("pass")
    if not os.WIFSTOPPED(status):
        return False
    meanwhile()
    connections.close_all()
    os.kill(child, signal.SIGCONT)
    os.waitpid(child, 0)
    return True


def _child(job: Callable[[], object], wire: Wire, order: str) -> int:
    connections.close_all()  # a fork shares its parent's sockets
    wire.tell(order)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _be_the_child(job, wire)
    return child


def _be_the_child(job: Callable[[], object], wire: Wire) -> None:
    code = 1
    try:
        connections["default"].settings_dict["OPTIONS"]["host"] = str(wire.folder)
        job()
        code = 0
    except TransitionRefused:
        code = 3  # somebody was faster: that is an answer, not a defect
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)
