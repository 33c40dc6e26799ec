"""Telling people from machines: a labelled corpus in which every rule fires."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.agents import HEADERS, PERSON, RULES, headers_of, rule_for


def _read(line: str) -> tuple[str, str, dict[str, str]]:
    kind, rule, *facts = line.split("\t")
    headers = {}
    for fact in facts:
        name, equals, value = fact.partition("=")
        known = bool(equals) and name in HEADERS
        headers[name if known else "User-Agent"] = value if known else fact
    return kind, rule, headers


LINES = Path(__file__).with_name("agents.tsv").read_text().splitlines()
CORPUS = [_read(line) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("kind", "rule", "headers"), CORPUS)
def test_each_of_the_corpus_is_what_it_is(kind, rule, headers):
    found = rule_for(headers)

    assert (found.kind.value, found.name) == (kind, rule)


def test_the_corpus_is_large_and_fires_every_rule():
    assert len(CORPUS) >= 120
    assert {rule for _, rule, _ in CORPUS} == {rule.name for rule in (*RULES, PERSON)}


def test_no_header_can_make_it_fail_or_slow():
    for value in ("\x00", "\ud800", "蜂蜜🍯", "bot" * 100_000, "(" * 100_000, "-" * 100_000):
        for name in HEADERS:
            rule_for({name: value})


def test_headers_are_read_as_the_server_hands_them():
    environ = {"HTTP_USER_AGENT": "x", "HTTP_SEC_PURPOSE": "prefetch", "HTTP_COOKIE": "y"}

    assert headers_of(environ) == {"User-Agent": "x", "Sec-Purpose": "prefetch"}
