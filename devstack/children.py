"""Starting a child that cannot outlive us, and ending it with everything it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
# Loaded here, not in the forked child: between fork and exec a child may only make plain calls.
_LIBC = ctypes.CDLL(None, use_errno=True)
POLL_SECONDS = 0.05


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a ``preexec_fn`` that has the kernel signal the child when its parent dies.

    Start such a child from the main thread: the kernel counts the end of the starting
    *thread* as the parent's death.
    """
    parent = os.getpid()

    def before_exec() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)  # the parent died before we asked

    return before_exec


def spawn(
    command: Sequence[str], *, dies_by: signal.Signals, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a child that gets ``dies_by`` when we die; in a session of its own unless told not to.

    Call it from the main thread.
    """
    return subprocess.Popen(
        command,
        preexec_fn=die_with_parent(dies_by),  # noqa: PLW1509 -- plain calls, prepared before
        **{"stdin": subprocess.DEVNULL, "start_new_session": True, **options},
    )


def end_with_parent(death_signal: signal.Signals) -> None:
    """Have the kernel send this very process ``death_signal`` when its parent dies."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))


def end(child: subprocess.Popen[bytes], *, by: signal.Signals, wait_seconds: float) -> None:
    """Ask a child to end, wait, then kill what is left of its process group.

    The child must have been started in a session of its own.
    """
    if child.poll() is None:
        child.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(wait_seconds)
    kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever still runs in the child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def is_running_in(pid: int, folder: Path) -> bool:
    """Is ``pid`` alive, not a zombie, and does it work in ``folder``?

    A pid read from a file may by now be somebody else's; a server works in its data folder.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" and Path(f"/proc/{pid}/cwd").resolve() == folder.resolve()
    except (OSError, IndexError):
        return False


def outlast(pid: int, folder: Path, *, wait_seconds: float) -> None:
    """Wait for a predecessor to end by itself, then kill it."""
    deadline = time.monotonic() + wait_seconds
    while is_running_in(pid, folder):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
