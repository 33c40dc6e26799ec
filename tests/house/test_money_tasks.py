"""House rules of tasks that move money: their own queue, ids alone, a sweep behind each."""

from __future__ import annotations

import ast
import inspect
import typing

import pytest
from celery import current_app
from django.conf import settings

from tests.house.ground import ROOT, files, modules, tree
from weidian.timetable import MONEY_TASKS, SECONDS_BETWEEN

LONGEST_SECONDS = 600
ONE_ROW = {"orders.settle_refund": "orders.settle_refunds"}  # each with the sweep behind it


@pytest.fixture(scope="module", autouse=True)
def _all_tasks() -> None:
    current_app.loader.import_default_modules()


def test_every_task_of_the_payments_room_and_every_sweep_of_money_is_in_the_list():
    ours = {name for name in current_app.tasks if name.startswith("payments.")}
    assert ours <= set(MONEY_TASKS)
    assert {
        "orders.settle_refund",
        "orders.settle_refunds",
        "orders.complete_overdue_orders",
        "orders.refresh_open_payments",
        "referrals.release_due_commissions",
        "api.act_on_events",
    } <= set(MONEY_TASKS)


@pytest.mark.parametrize("name", MONEY_TASKS)
def test_a_money_task_goes_to_the_money_queue(name):
    assert current_app.amqp.router.route({}, name)["queue"].name == "money"


def test_other_tasks_go_elsewhere():
    for name in ("notifications.send_letters", "referrals.drain_clicks", "catalog.render_photo"):
        assert current_app.amqp.router.route({}, name)["queue"].name == "celery"


def test_a_worker_that_is_told_no_queues_reads_both():
    assert set(current_app.amqp.queues.consume_from) == {"money", "celery"}


@pytest.mark.parametrize("path", ["docker-compose.yml", "devstack/commands/demo.py"])
def test_every_worker_line_names_both_queues(path):
    assert "worker -Q money,celery" in (ROOT / path).read_text()


@pytest.mark.parametrize("name", MONEY_TASKS)
def test_a_money_task_takes_ids_alone(name):
    function = inspect.unwrap(current_app.tasks[name].run)
    types = typing.get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        assert types[parameter.name] is int
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize("name", MONEY_TASKS)
def test_a_money_task_has_a_sweep_behind_it(name):
    assert ONE_ROW.get(name, name) in SECONDS_BETWEEN


def test_whatever_is_queued_after_a_commit_has_a_sweep():
    queued = {
        node.args[0].value
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "after_commit"
        and isinstance(node.args[0], ast.Constant)
    }
    assert queued & set(MONEY_TASKS) == {
        "orders.settle_refund",
        "payments.run_payday",
        "payments.send_payouts",
    }


def test_no_task_outlives_the_time_after_which_it_is_given_away():
    conf = current_app.conf
    assert conf.task_soft_time_limit < conf.task_time_limit <= LONGEST_SECONDS
    seconds = settings.VISIBILITY_SECONDS
    assert seconds >= 6 * LONGEST_SECONDS
    assert conf.broker_transport_options["visibility_timeout"] == seconds
    assert conf.result_backend_transport_options["visibility_timeout"] == seconds
    assert conf.visibility_timeout == seconds


def test_a_lost_worker_gives_its_task_back():
    conf = current_app.conf
    assert conf.task_acks_late is True
    assert conf.task_reject_on_worker_lost is True
    assert conf.worker_prefetch_multiplier == 1


def test_nothing_waits_in_the_broker_for_a_day_to_come():
    waiting = [
        path
        for path in files("*.py")
        if path.is_relative_to(ROOT / "payments") or path.is_relative_to(ROOT / "orders")
        if "countdown=" in path.read_text() or "eta=" in path.read_text()
    ]
    assert waiting == []
