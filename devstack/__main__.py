"""``python -m devstack``: the demo, and commands against a checkout's own servers."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable

from devstack import paths, ports, processes, servers
from devstack.children import end_with_parent
from devstack.commands import chromium, demo, messages, run
from devstack.commands import servers as by_hand

# What can go wrong in ways a person can do something about: said in one sentence, not a trace.
EXPECTED = (
    by_hand.InUse,
    chromium.NoChromium,
    demo.DemoFailed,
    messages.MessagesBroken,
    paths.UnsafeFolder,
    ports.PortTaken,
    processes.KeptEnding,
    run.ProviderFailed,
    servers.ServersFailed,
)


def main() -> int:
    """Do what the command line asks; return the exit code."""
    arguments = _parser().parse_args()
    act: Callable[[argparse.Namespace], int | None] = arguments.act
    try:
        return act(arguments) or 0
    except EXPECTED as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("demo", help="set up, seed and run everything until Ctrl-C")
    one.add_argument("--port", type=_port, default=os.environ.get("PORT") or None)
    one.add_argument("--fresh", action="store_true", help="wipe the stored data first")
    one.set_defaults(act=_demo)

    one = commands.add_parser("run", help="run a command against the servers")
    one.add_argument("--provider", action="store_true", help="with a payment provider of its own")
    one.add_argument("command", nargs="+", metavar="-- COMMAND")
    one.set_defaults(act=lambda asked: run.run(asked.command, with_provider=asked.provider))

    plain: dict[str, tuple[str, Callable[[], int | None]]] = {
        "up": ("start the servers and keep them up", by_hand.up),
        "stop": ("stop the servers", by_hand.stop),
        "status": ("say what runs here", by_hand.status),
        "env": ("print shell exports for the servers", by_hand.print_environment),
        "fresh": ("wipe everything stored under .devstack", by_hand.fresh),
        "messages": ("compile the translations", _messages),
        "chromium": ("print the path of a Chromium, installing one if need be", _chromium),
    }
    for name, (help_text, act) in plain.items():
        one = commands.add_parser(name, help=help_text)
        one.set_defaults(act=lambda _, act=act: act())
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose 1 to 65535")
    return int(text)


def _demo(asked: argparse.Namespace) -> int:
    if "MAKELEVEL" in os.environ:
        end_with_parent(signal.SIGTERM)  # kill -9 of make would leave us running unseen
    return demo.demo(port=asked.port, is_fresh=asked.fresh)


def _messages() -> None:
    count = messages.compile_messages()
    print(f"{count} translation file{'' if count == 1 else 's'} compiled.")


def _chromium() -> None:
    print(chromium.chromium())


if __name__ == "__main__":
    sys.exit(main())
