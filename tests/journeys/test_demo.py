"""The demo's street as ``make demo`` seeds it: everybody there, every state, no fen astray."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.journeys.street import Street, running_street


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street with a provider and the demo's seed, and nothing else running."""
    folder = tmp_path_factory.mktemp("demo")
    with running_street(folder, programs={"provider"}) as street:
        street.manage("demo_seed")
        yield street


def count(street: Street, table: str, where: str = "true") -> int:
    return int(street.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])


def by_state(street: Street, table: str) -> dict[str, int]:
    return {
        state: int(number)
        for state, number in street.rows(f"SELECT state, count(*) FROM {table} GROUP BY 1")
    }


def test_everybody_and_everything_is_there(seeded):
    assert count(seeded, "people_person") == 12
    assert count(seeded, "shops_shop") == 8
    assert by_state(seeded, "catalog_product")["live"] == 60
    assert count(seeded, "catalog_endorsement") >= 90
    assert count(seeded, "people_friendrequest", "state = 'open'") == 1


def test_orders_stand_in_every_state(seeded):
    states = by_state(seeded, "orders_order")
    assert sum(states.values()) == 140
    assert {"placed", "paid", "shipped", "completed", "cancelled", "refunded"} <= set(states)
    assert {"expected", "pending", "held", "released", "void"} <= set(
        by_state(seeded, "referrals_commission")
    )


def test_something_waits_on_the_desk(seeded):
    assert by_state(seeded, "catalog_hold")["waiting"] >= 4
    assert count(seeded, "moderation_decision", "verdict = 'returned'") >= 1
    assert by_state(seeded, "catalog_brand") == {"verified": 1, "waiting": 1}


def test_a_listing_carries_its_brands_certificate(seeded):
    assert count(seeded, "catalog_naming", "certificate_id IS NOT NULL") == 1


def test_every_fen_is_where_it_should_be(seeded):
    assert seeded.broken_invariants() == {}
    paid_out = by_state(seeded, "payments_payout")
    assert paid_out["settled"] > 20
    assert set(paid_out) == {"settled"}


def test_who_can_be_walked_in_as_is_told_in_the_demos_file(seeded):
    seeded.environment["WEIDIAN_URLCONF"] = "devstack.demo.urls"
    told = json.loads(seeded.manage("demo_people", "--json"))

    assert sorted(person["role"] for person in told["people"].values()) == [
        "moderator", "sharer", "shopper", "vendor",
    ]  # fmt: skip
    assert all(one["login_url"].startswith("/demo/in/") for one in told["people"].values())
    code = told["share_link"].removeprefix("/s/")
    assert count(seeded, "referrals_sharelink", f"code = '{code}'") == 1


def test_seeding_again_adds_nothing(seeded):
    assert "already there" in seeded.manage("demo_seed")
    assert count(seeded, "people_person") == 12
