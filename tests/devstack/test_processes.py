"""The launcher: ordered stops, restarts, and nothing left behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devstack import paths, ports
from devstack.locks import FileLock, is_held
from devstack.ports import PortTaken
from devstack.processes import KeptEnding, Launcher, Program
from tests.devstack.conftest import eventually

ENDS_WHEN_ASKED = "import time; print('up', flush=True); time.sleep(1000)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {ENDS_WHEN_ASKED}"
LAUNCHES_TWO = f"""
from devstack.processes import *
heed_stop_signals()
launcher = Launcher()
try:
    for name in "web", "worker":
        launcher.start(Program(name, [sys.executable, "-c", {ENDS_WHEN_ASKED!r}], {{}}))
        print(f"{{name}} is", launcher._children[name].process.pid, flush=True)
    launcher.watch(until=lambda: False)
except StopAsked:
    launcher.stop("worker", "web")
    print("stopped", flush=True)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def launched():
    process = subprocess.Popen(
        python(LAUNCHES_TWO), cwd=paths.CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    pids: list[int] = []
    assert process.stdout is not None
    while len(pids) < 2:
        words = process.stdout.readline().split()
        if words[1:2] == ["is"]:
            pids.append(int(words[2]))
    yield process, pids
    process.kill()
    process.communicate()


def test_a_killed_launcher_leaves_no_children(launched):
    process, pids = launched

    process.kill()

    eventually(lambda: not any(map(is_alive, pids)))


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_launcher_that_is_asked_to_stop_ends_its_children_first(launched, asked):
    process, pids = launched

    process.send_signal(asked)
    said, _ = process.communicate(timeout=10)

    assert said.endswith("stopped\n")
    assert not any(map(is_alive, pids))


def test_a_child_that_does_not_heed_is_killed_with_what_it_started(monkeypatch, capfd):
    monkeypatch.setattr("devstack.processes.STOP_WAIT_SECONDS", 0.3)
    launcher = Launcher()
    deaf = f"import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', {DEAF!r}]); {DEAF}"
    launcher.start(Program("deaf", python(deaf), {}))
    group = launcher._children["deaf"].process.pid
    said = ""
    while said.count("up") < 2:
        launcher.pump(0.1)
        said += capfd.readouterr().out

    launcher.stop("deaf")

    eventually(lambda: not _members_of(group))


def _members_of(group: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-eo", "pid,pgid,stat"], check=True, capture_output=True, text=True
    )
    rows = [line.split() for line in found.stdout.splitlines()[1:]]
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and state[0] != "Z"]


def test_a_child_that_ends_is_started_again():
    launcher = Launcher()
    launcher.start(Program("web", python(ENDS_WHEN_ASKED), {}))
    first = launcher._children["web"].process.pid

    os.kill(first, signal.SIGKILL)
    launcher.watch(until=lambda: launcher._children["web"].process.pid != first)

    assert is_alive(launcher._children["web"].process.pid)
    launcher.stop("web")
    assert launcher._children == {}


def test_a_child_that_keeps_ending_is_given_up():
    launcher = Launcher()
    launcher.start(Program("web", python("raise SystemExit(3)"), {}))

    with pytest.raises(KeptEnding, match=r"web keeps ending .* \(exit code 3\)"):
        launcher.watch(until=lambda: False)


def test_every_line_bears_its_programs_name_also_the_last_without_an_end(capfd):
    launcher = Launcher()
    code = "print('one'); print('x' * 200_000); print('三', end='')"

    assert launcher.run_through(Program("step", python(code), {"PYTHONUTF8": "1"})) == 0

    lines = capfd.readouterr().out.splitlines()
    assert lines == ["step     │ one", "step     │ " + "x" * 200_000, "step     │ 三"]


def test_a_port_is_claimed_by_one_and_free_again_when_released():
    mine = ports.claim_from(8700)
    other = ports.claim_from(8700)
    assert other.number != mine.number
    with pytest.raises(PortTaken):
        ports.claim(mine.number)

    mine.release()

    ports.claim(mine.number).release()
    other.release()


def test_a_lock_ends_with_its_holder(tmp_path):
    path = tmp_path / "a.lock"
    code = "from pathlib import Path; from devstack.locks import FileLock; import time\n"
    code += f"lock = FileLock(Path({str(path)!r})); lock.share(); print('held', flush=True)\n"
    holder = subprocess.Popen(
        python(code + "time.sleep(1000)"), cwd=paths.CHECKOUT, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    lock = FileLock(path)
    assert is_held(path)
    assert not lock.take()

    holder.kill()
    holder.communicate()

    assert lock.take()
    lock.close()
