"""House rules of the modules, read from their syntax."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.ground import ROOT, breaking, files, modules, room_of, tree

# Modules that stand between a room and the web; everything else answers with rows and facts.
DOORS = {
    "views", "http", "web", "v1", "webhooks", "middleware", "urls", "admin", "signing_in",
    "health", "page_context",
}  # fmt: skip
HTTP = ("django.http", "django.shortcuts", "django.contrib.messages", "django_htmx")


def imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def http_behind_a_door(path: Path) -> list[str]:
    if DOORS & {path.stem, path.parent.name}:
        return []
    return [name for name in imported(path) if name.startswith(HTTP)]


def test_only_doors_speak_http():
    assert breaking(http_behind_a_door, modules()) == {}


def tasks_of_other_rooms(path: Path) -> list[str]:
    module = tree(path)
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    queued = [
        node.args[0]
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "after_commit"
    ]
    names = [
        str(constants[name.id] if isinstance(name, ast.Name) else ast.literal_eval(name))
        for name in queued
    ]
    return [name for name in names if not name.startswith(f"{room_of(path)}.")]


def test_a_room_queues_only_its_own_tasks():
    assert breaking(tasks_of_other_rooms, modules()) == {}


def lines_above(most: int) -> Callable[[Path], int]:
    return lambda path: max(len(path.read_text().splitlines()) - most, 0)


def test_a_module_is_short_enough_to_be_read_at_once():
    assert breaking(lines_above(400), modules()) == {}


def test_a_script_is_one_small_behaviour():
    assert breaking(lines_above(80), files("*.js", under=ROOT / "static" / "js")) == {}


def speaks_of_money(node: ast.AST) -> bool:
    return any(
        getattr(part, "id", getattr(part, "attr", getattr(part, "arg", ""))).endswith("_minor")
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute | ast.arg | ast.keyword)
        and isinstance(getattr(part, "id", getattr(part, "attr", getattr(part, "arg", ""))), str)
    )


def is_a_float(node: ast.AST | None) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return isinstance(node, ast.Name) and node.id == "float"


def floats_near_money(module: ast.AST) -> list[int]:
    """Return the lines where an amount meets a float, or is divided into one."""
    lines = []
    for node in ast.walk(module):
        if isinstance(node, ast.BinOp):
            parts = (node.left, node.right)
            meets = isinstance(node.op, ast.Div) or any(map(is_a_float, parts))
            if meets and any(map(speaks_of_money, parts)):
                lines.append(node.lineno)
        elif isinstance(node, ast.Call) and is_a_float(node.func):
            lines += [node.lineno for value in node.args if speaks_of_money(value)]
        elif isinstance(node, ast.AnnAssign | ast.arg) and is_a_float(node.annotation):
            lines += [node.lineno for _ in [node] if speaks_of_money(node)]
        elif isinstance(node, ast.keyword) and is_a_float(node.value):
            lines += [node.value.lineno for _ in [node] if speaks_of_money(node)]
    return lines


def test_no_amount_of_money_meets_a_float():
    assert breaking(lambda path: floats_near_money(tree(path)), modules()) == {}


@pytest.mark.parametrize(
    "bent",
    [
        "half = total_minor / 2",
        "row.price_minor * 0.1",
        "float(order.total_minor)",
        "def pay(amount_minor: float): ...",
        "price_minor: float = 3",
        "pay(amount_minor=1.5)",
    ],
)
def test_the_rule_about_floats_sees_one(bent):
    assert floats_near_money(ast.parse(bent)) == [1]


def test_the_rule_about_floats_lets_whole_numbers_pass():
    straight = "share_minor = total_minor * rate_bp // 10_000; wait = 0.5 * seconds"
    assert floats_near_money(ast.parse(straight)) == []


CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

# Signs of the language itself, which no translation could hold: how addresses are written,
# and words that rules look for.
READS_CHINESE = {"orders/contacts.py", "orders/addresses.py", "catalog/words.py"}


def docstrings(module: ast.Module) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def chinese_in(path: Path) -> list[str]:
    module = tree(path)
    explained = docstrings(module)
    written = [
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in explained
    ]
    return [text for text in written if CHINESE.search(text)]


def test_no_chinese_is_written_into_the_code():
    found = breaking(chinese_in, modules())
    assert {name: texts for name, texts in found.items() if name not in READS_CHINESE} == {}


def lifted_without_a_name(path: Path) -> list[str]:
    return re.findall(r"# (?:noqa|type: ignore)(?!: [A-Z]+\d|\[)[^\n]*", path.read_text())


def test_a_rule_is_lifted_only_by_name():
    ours = [path for path in files("*.py") if path != Path(__file__)]
    assert breaking(lifted_without_a_name, ours) == {}
