"""Tests that prove something by its number: ``@pytest.mark.proves("T21")``.

``--proves T21,T22`` runs only those, and ``--proofs-to FILE`` writes one JSON object for
each number, with the figures that its tests gave to ``record_property``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proves", default="", help="only tests that prove these numbers")
    parser.addoption("--proofs-to", type=Path, help="a file for one JSON object a number")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "proves(*numbers): what this test proves")
    if config.getoption("--proofs-to"):
        config.pluginmanager.register(Proofs(config.getoption("--proofs-to")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = {name for name in config.getoption("--proves").split(",") if name}
    for item in items:
        item.user_properties += [("proves", number) for number in sorted(_numbers_of(item))]
    if wanted:
        keep = [item for item in items if wanted & _numbers_of(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in keep])
        items[:] = keep


def _numbers_of(item: pytest.Item) -> set[str]:
    return {number for mark in item.iter_markers("proves") for number in mark.args}


class Proofs:
    """What came of the tests of each number; with workers, in the process that hears them all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tests: dict[str, dict[str, bool]] = defaultdict(dict)
        self.figures: dict[str, dict[str, Any]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties = list(report.user_properties)
        for number in (value for name, value in properties if name == "proves"):
            went_well = self.tests[str(number)].get(report.nodeid, True) and not report.failed
            self.tests[str(number)][report.nodeid] = went_well
            self.figures[str(number)] |= {
                name: value for name, value in properties if name != "proves"
            }

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            return
        with self.path.open("w") as out:
            for number, tests in sorted(self.tests.items()):
                figures = {"tests": len(tests), **self.figures[number]}
                line = {"id": number, "ok": all(tests.values()), "figures": figures}
                out.write(f"{json.dumps(line)}\n")
