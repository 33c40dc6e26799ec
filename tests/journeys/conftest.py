"""What every journey starts from: one running house, and people with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.street import Street, running_street
from tests.journeys.visitor import Visitor


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """The whole house, started once for all journeys."""
    with running_street(tmp_path_factory.mktemp("street")) as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, street: Street) -> Iterator[Callable[..., Visitor]]:
    """Return a function that gives somebody a browser; a page in error fails the test."""
    there: list[Visitor] = []

    def arrive(**who: object) -> Visitor:
        there.append(Visitor(browser, street, **who))  # type: ignore[arg-type]
        return there[-1]

    yield arrive
    complaints = [one for each in there for one in each.complaints]
    for each in there:
        each.leave()
    assert complaints == []
