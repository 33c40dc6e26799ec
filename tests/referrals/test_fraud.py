"""The rules against fraud: each sees its sign at its edge, and nothing a step before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from referrals import fraud
from referrals.facts import Facts, LinkFacts, PersonFacts, SaleFacts
from referrals.models import Stage, Verdict

CLEAN = Facts(sale=SaleFacts(attribution_id=1))

Known = dict[str, Any]


def facts_with(**known) -> Facts:
    """Clean facts but for these, each by its name wherever it stands."""
    facts = CLEAN
    for part in ("sale", "person", "link"):
        whole = getattr(facts, part)
        mine = {name: value for name, value in known.items() if hasattr(whole, name)}
        facts = replace(facts, **{part: replace(whole, **mine)})
    return facts


# Read as a table: the rule, what is just enough for it, what is just too little, its score.
EDGES = [
    ("F1", {"is_own_contact": True}, {}, 100),
    ("F2", {"is_paid_with_the_shop": True}, {}, 100),
    ("F3", {"others_at_place": 1}, {"others_at_place": 0}, 60),
    ("F4", {"is_own_door": True}, {}, 60),
    ("F4", {"is_own_browser": True}, {}, 60),
    ("F4", {"is_own_door": True, "is_own_browser": True}, {}, 120),
    (
        "F5",
        {"brought_buyer": 3, "brought_by_buyer": 3},
        {"brought_buyer": 9, "brought_by_buyer": 2},
        100,
    ),
    (
        "F5",
        {"circle_people": 3, "circle_sales": 6, "circle_inside": 5},
        {"circle_people": 2, "circle_sales": 6, "circle_inside": 6},
        100,
    ),
    (
        "F5",
        {"circle_people": 3, "circle_sales": 100, "circle_inside": 81},
        {"circle_people": 3, "circle_sales": 100, "circle_inside": 80},
        100,
    ),
    (
        "F5",
        {"circle_people": 9, "circle_sales": 6, "circle_inside": 6},
        {"circle_people": 9, "circle_sales": 5, "circle_inside": 5},
        100,
    ),
    ("F6", {"sales_within_an_hour": 26}, {"sales_within_an_hour": 25}, 100),
    (
        "F6",
        {"known_buyers": 10, "new_buyers": 6},
        {"known_buyers": 10, "new_buyers": 5},
        100,
    ),
    ("F6", {"known_buyers": 10, "new_buyers": 10}, {"known_buyers": 9, "new_buyers": 9}, 100),
    (
        "F7",
        {"received": 5, "received_minor": 1000, "taken_back_minor": 301},
        {"received": 5, "received_minor": 1000, "taken_back_minor": 300},
        100,
    ),
    (
        "F7",
        {"received": 5, "received_minor": 100, "taken_back_minor": 100},
        {"received": 4, "received_minor": 100, "taken_back_minor": 100},
        100,
    ),
    ("F8", {"sales": 81, "people": 100}, {"sales": 80, "people": 100}, 100),
    ("F8", {"sales": 10, "people": 10}, {"sales": 9, "people": 9}, 100),
    ("F8", {"milliseconds_to_order": 2999}, {"milliseconds_to_order": 3000}, 100),
    ("F8", {"milliseconds_to_order": 1}, {"milliseconds_to_order": 0}, 100),
    ("F8", {"milliseconds_to_order": 1}, {"milliseconds_to_order": -50}, 100),
    ("F8", {"buyers_of_click": 4}, {"buyers_of_click": 3}, 100),
    ("F9", {"people": 9, "machines": 91}, {"people": 10, "machines": 90}, 60),
    ("F9", {"people": 0, "machines": 100}, {"people": 0, "machines": 99}, 60),
    ("F10", {"throwaway_mailboxes": 1}, {}, 60),
    ("F10", {"throwaway_mailboxes": 2}, {}, 60),
    ("F10", {"unproven_phones": 1}, {}, 20),
    ("F10", {"unproven_phones": 2}, {}, 40),
    ("F11", {"is_advertised": True}, {}, 60),
    ("F13", {"wrong_sums": 1}, {}, 100),
    (
        "F14",
        {"shop_days": 29, "shop_sales": 12, "shop_buyers": 4, "rate_bp": 2000},
        {"shop_days": 30, "shop_sales": 12, "shop_buyers": 4, "rate_bp": 2000},
        100,
    ),
    (
        "F14",
        {"shop_days": 0, "shop_sales": 10, "shop_buyers": 3, "rate_bp": 3000},
        {"shop_days": 0, "shop_sales": 9, "shop_buyers": 1, "rate_bp": 3000},
        100,
    ),
    (
        "F14",
        {"shop_days": 0, "shop_sales": 12, "shop_buyers": 4, "rate_bp": 2000},
        {"shop_days": 0, "shop_sales": 12, "shop_buyers": 5, "rate_bp": 2000},
        100,
    ),
    (
        "F14",
        {"shop_days": 0, "shop_sales": 12, "shop_buyers": 4, "rate_bp": 2000},
        {"shop_days": 0, "shop_sales": 12, "shop_buyers": 4, "rate_bp": 1999},
        100,
    ),
]


@pytest.mark.parametrize(("name", "enough", "too_little", "score"), EDGES)
def test_a_rule_sees_its_sign_at_its_edge(name: str, enough: Known, too_little: Known, score: int):
    rule = fraud.BY_NAME[name]
    assert rule.look(facts_with(**enough))[0] == score
    assert rule.look(facts_with(**too_little)) == fraud.NOTHING


def test_every_rule_stands_in_the_table_of_edges_or_is_kept_elsewhere():
    assert {name for name, *_ in EDGES} == set(fraud.BY_NAME)
    every = {f"F{number}" for number in range(1, 15)}
    assert set(fraud.BY_NAME) | set(fraud.KEPT_ELSEWHERE) == every


@pytest.mark.parametrize(("name", "enough", "_too_little", "_score"), EDGES)
def test_what_a_rule_saw_can_be_said_in_words(name: str, enough: Known, _too_little, _score):
    _points, evidence = fraud.BY_NAME[name].look(facts_with(**enough))
    assert "%(" not in fraud.said(name, evidence)
    assert all(isinstance(figure, int) for figure in evidence.values())


def test_a_rule_that_is_gone_or_knew_other_figures_is_still_named():
    assert fraud.said("F99", {}) == "F99"
    assert fraud.said("F3", {"people": 2}) == "F3"


def judged(known: Known, *, stage: str = Stage.SALE) -> fraud.Judgement:
    return fraud.judge(facts_with(**known), stage=stage)


def names(judgement) -> list[str]:
    return [one.rule.name for one in judgement.found]


def test_nothing_is_found_in_a_sale_like_any_other():
    for stage in Stage:
        assert fraud.judge(CLEAN, stage=stage) == fraud.Judgement((), Verdict.OK)


@pytest.mark.parametrize(
    ("known", "found", "verdict"),
    [
        ({"is_own_door": True}, ["F4"], Verdict.OK),  # a family
        ({"is_own_door": True, "unproven_phones": 1}, ["F4", "F10"], Verdict.OK),  # 80
        ({"is_own_door": True, "unproven_phones": 2}, ["F4", "F10"], Verdict.HOLD),  # 100
        ({"is_own_door": True, "others_at_place": 1}, ["F3", "F4"], Verdict.HOLD),  # 120
        ({"is_own_door": True, "is_own_browser": True}, ["F4"], Verdict.HOLD),
        ({"buyers_of_click": 4}, ["F8"], Verdict.HOLD),
        ({"wrong_sums": 1}, ["F13"], Verdict.BLOCK),
        ({"wrong_sums": 1, "buyers_of_click": 4}, ["F8", "F13"], Verdict.BLOCK),
    ],
)
def test_scores_add_up_and_hold_from_a_hundred_on(known: Known, found, verdict):
    judgement = judged(known)
    assert (names(judgement), judgement.verdict) == (found, verdict)


def test_what_became_so_after_the_order_is_looked_at_before_the_release_only():
    for known in ({"is_own_contact": True}, {"is_paid_with_the_shop": True}):
        assert judged(known).verdict == Verdict.OK
        assert judged(known, stage=Stage.RELEASE).verdict == Verdict.HOLD


def test_before_a_payout_only_rules_about_the_person_look():
    about_the_sale = {"buyers_of_click": 9, "is_own_door": True, "others_at_place": 9}
    assert judged(about_the_sale, stage=Stage.PAYOUT).found == ()
    much_back = {"received": 5, "received_minor": 10, "taken_back_minor": 9}
    assert names(judged(much_back, stage=Stage.PAYOUT)) == ["F7"]


def test_what_was_let_go_of_a_person_is_found_again_and_holds_nothing():
    judgement = judged({"sales_within_an_hour": 99, "forgiven": frozenset({"F6"})})
    assert (names(judgement), judgement.verdict) == (["F6"], Verdict.OK)


def test_what_was_let_go_of_one_sale_says_nothing_of_the_next():
    judgement = judged({"buyers_of_click": 4, "forgiven": frozenset({"F8"})})
    assert judgement.verdict == Verdict.HOLD


def test_before_a_payout_whatever_was_let_go_of_the_person_holds_nothing():
    person = PersonFacts(
        circle_people=3, circle_sales=6, circle_inside=6, forgiven=frozenset({"F5"})
    )
    judgement = fraud.judge(Facts(person=person), stage=Stage.PAYOUT)
    assert (names(judgement), judgement.verdict) == (["F5"], Verdict.OK)


def test_the_facts_a_rule_may_know_name_nobody():
    fields = {**SaleFacts.__annotations__, **PersonFacts.__annotations__}
    fields |= LinkFacts.__annotations__
    assert set(fields.values()) <= {"int", "bool", "str", "frozenset[str]"}
    assert {name for name, kind in fields.items() if kind == "str"} == {"order_key"}
