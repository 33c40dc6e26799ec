"""A server that fails again and again is left alone, then tried by one."""

import time

import pytest

from kit.breaker import Breaker
from tests.races import all_at_once


@pytest.fixture
def now(monkeypatch):
    """The breaker's watch, which a test sets."""
    watch = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: watch[0])
    return watch


@pytest.fixture
def server():
    return Breaker("a server", failures=3, rest_seconds=10)


def fail(server: Breaker, times: int) -> None:
    for _ in range(times):
        assert server.may_try()
        server.failed()


def test_a_few_failures_are_hiccups(server, now):
    fail(server, 2)
    server.worked()
    fail(server, 2)

    assert not server.is_open
    assert server.may_try()


def test_after_three_in_a_row_nobody_tries_for_ten_seconds(server, now):
    fail(server, 3)
    now[0] += 9.9

    assert server.is_open
    assert not server.may_try()


def test_then_one_tries_and_the_others_wait_for_what_comes_of_it(server, now):
    fail(server, 3)
    now[0] += 10

    assert [server.may_try() for _ in range(3)] == [True, False, False]
    server.worked()
    assert [server.may_try() for _ in range(3)] == [True] * 3


def test_a_try_that_fails_leaves_it_alone_again(server, now):
    fail(server, 3)
    now[0] += 10
    fail(server, 1)
    now[0] += 9.9

    assert not server.may_try()


def test_whoever_tried_and_never_came_back_does_not_close_it_for_good(server, now):
    fail(server, 3)
    now[0] += 10
    assert server.may_try()
    now[0] += 10

    assert server.may_try()


def test_of_many_at_once_only_one_tries(server, now):
    fail(server, 3)
    now[0] += 10

    assert sum(map(bool, all_at_once(server.may_try, times=8))) == 1
