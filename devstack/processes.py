"""The launcher: starts programs, prefixes their output, and leaves none of them behind.

Each child runs in a session of its own, so that Ctrl-C reaches the launcher alone and the stop has
an order; and each has asked the kernel for a signal should the launcher die without stopping it.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from devstack import children, paths

STOP_WAIT_SECONDS = 12  # web workers are given 10 s to finish what they serve
QUICK_END_SECONDS = 15  # a busy machine takes that long to find a broken import
QUICK_ENDS_ALLOWED = 3
COLOURS = (36, 35, 33, 34, 32, 31)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Ctrl-C, or a signal that asks the launcher to stop."""


class KeptEnding(Exception):
    """A program ended again and again right after its start."""


def heed_stop_signals() -> None:
    """Turn the signals that ask us to stop into ``StopAsked``, once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cut the stop short
        raise StopAsked

    # Set even where the shell that started us in the background had SIGINT ignored.
    for number in STOP_SIGNALS:
        signal.signal(number, ask)


@dataclass
class Program:
    """One program to run: its name in the log and its command."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    colour: int
    rest: bytes = b""
    is_open: bool = True
    captured: list[str] | None = None


@dataclass
class Launcher:
    """The children of this process, by name, in the order of their start."""

    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _children: dict[str, _Child] = field(default_factory=dict)
    _quick_ends: dict[str, int] = field(default_factory=dict)

    def start(self, program: Program, *, captured: list[str] | None = None) -> None:
        """Start a program; its lines go to our output, or into ``captured``."""
        process = children.spawn(
            program.command,
            dies_by=signal.SIGTERM,
            cwd=paths.CHECKOUT,
            env={**os.environ, **program.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if captured is None else None,
        )
        colour = COLOURS[len(self._children) % len(COLOURS)]
        child = _Child(program, process, time.monotonic(), colour, captured=captured)
        self._children[program.name] = child
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, child)

    def run_through(self, program: Program, *, captured: list[str] | None = None) -> int:
        """Run a program to its end, printing what all children say meanwhile; its exit code."""
        self.start(program, captured=captured)
        child = self._children[program.name]
        try:
            while child.process.poll() is None:
                self.pump(0.2)
            self.pump(0)
        finally:
            self.stop(program.name)
        return int(child.process.returncode)

    def pump(self, seconds: float) -> None:
        """Print what the children say, waiting up to ``seconds`` for it."""
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            self._read(key.data)

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Print what the children say and restart those that end, until ``until`` says so.

        Raises:
            KeptEnding: one of them ended several times right after its start.
        """
        while not until():
            self.pump(0.25)
            for child in list(self._children.values()):
                if child.process.poll() is not None:
                    self._restart(child)

    def stop(self, *names: str) -> None:
        """Stop the named children one after another, each with everything it started."""
        for name in names:
            child = self._children.get(name)
            if child is None:
                continue
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + STOP_WAIT_SECONDS
            while child.process.poll() is None and time.monotonic() < deadline:
                self.pump(0.05)  # a child blocked on a full pipe could not end
            self._forget(child)

    def _restart(self, child: _Child) -> None:
        name, code = child.program.name, child.process.returncode
        self._forget(child)
        # One that was killed is not broken, however often that happens.
        is_broken = code > 0 and time.monotonic() - child.started < QUICK_END_SECONDS
        self._quick_ends[name] = self._quick_ends.get(name, 0) + 1 if is_broken else 0
        if self._quick_ends[name] >= QUICK_ENDS_ALLOWED:
            raise KeptEnding(f"{name} keeps ending right after its start (exit code {code})")
        self._print(child, f"ended (exit code {code}); starting it again")
        time.sleep(self._quick_ends[name])
        self.start(child.program)

    def _forget(self, child: _Child) -> None:
        children.kill_group(child.process)
        while child.is_open and self._read(child):
            pass
        self._close(child)
        self._children.pop(child.program.name, None)

    def _read(self, child: _Child) -> bool:
        """Take what is there to be read; False when there is nothing more."""
        if child.process.stdout is None:
            return False
        try:
            data = os.read(child.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        lines = (child.rest + data).split(b"\n")
        child.rest = lines.pop()
        if not data and child.rest:
            lines.append(child.rest)
        for line in lines:
            self._print(child, line.decode(errors="replace").rstrip("\r"))
        if not data:
            self._close(child)
        return bool(data)

    def _close(self, child: _Child) -> None:
        if child.is_open and child.process.stdout is not None:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
        child.is_open = False

    def _print(self, child: _Child, line: str) -> None:
        if child.captured is not None:
            child.captured.append(line)
            return
        name = f"{child.program.name:<8} │"
        if sys.stdout.isatty():
            name = f"\033[{child.colour}m{name}\033[0m"
        print(f"{name} {line}", flush=True)
