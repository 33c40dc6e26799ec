"""Telling people from machines: a labelled corpus in which every rule fires."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from referrals import agents
from referrals.agents import HEADERS, PERSON, RULES, classify, headers_of, rule_for

CORPUS = [
    (one["kind"], one["rule"], one["headers"])
    for path in sorted(Path(__file__).with_name("corpus").glob("*.json"))
    for one in json.loads(path.read_text())
]
SIGNS = [*agents.PREVIEWS, *agents.DECLARED, *agents.ADDRESSES, *agents.PROGRAMS]


@pytest.mark.parametrize(("kind", "rule", "headers"), CORPUS)
def test_each_of_the_corpus_is_what_it_is(kind, rule, headers):
    found = rule_for(headers)

    assert (found.kind.value, found.name) == (kind, rule)


@pytest.mark.proves("T9")
def test_nobody_of_the_corpus_is_taken_for_something_else():
    confusion = Counter((kind, classify(headers).value) for kind, _, headers in CORPUS)

    assert confusion == {
        ("human", "human"): 181,
        ("preview", "preview"): 76,
        ("bot", "bot"): 186,
        ("suspect", "suspect"): 25,
        ("prefetch", "prefetch"): 19,
    }
    assert confusion.total() == 487


@pytest.mark.proves("T9")
def test_every_rule_fires_for_somebody():
    assert {rule for _, rule, _ in CORPUS} == {rule.name for rule in (*RULES, PERSON)}


@pytest.mark.proves("T9")
@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_of_a_machine_is_somebodys(sign):
    shown = [h for kind, _, h in CORPUS if re.search(sign, h.get("User-Agent", "").lower())]

    assert shown


@pytest.mark.proves("T9")
def test_people_whose_browsers_look_like_machines_are_in_it():
    people = "\n".join(h.get("User-Agent", "") for kind, _, h in CORPUS if kind == "human")

    for word in (
        "Google/google; Pixel", "CUBOT", "MicroMessenger", "UCBrowser", "HuaweiBrowser",
        "QQ/", "MQQBrowser", "SamsungBrowser", "baiduboxapp", "BytedanceWebview", "YandexSearch",
        "wechatdevtools", "http://bsalsa.com", "Node", "HTTP", "KAKAOTALK", "Weibo",
    ):  # fmt: skip
        assert word in people


def test_no_header_can_make_it_fail_or_slow():
    for value in ("\x00", "\ud800", "蜂蜜🍯", "bot" * 100_000, "(" * 100_000, "-" * 100_000):
        for name in HEADERS:
            rule_for({name: value})


def test_what_was_seen_before_is_told_apart_in_five_microseconds():
    crowd = [headers for _, _, headers in CORPUS]
    rounds = []
    for _ in range(20):
        began = time.perf_counter()
        for headers in crowd:
            classify(headers)
        rounds.append((time.perf_counter() - began) / len(crowd))

    assert median(rounds) < 5e-6


def test_headers_are_read_as_the_server_hands_them():
    environ = {"HTTP_USER_AGENT": "x", "HTTP_SEC_PURPOSE": "prefetch", "HTTP_COOKIE": "y"}

    assert headers_of(environ) == {"User-Agent": "x", "Sec-Purpose": "prefetch"}
