"""The signed link: whoever holds it finds the order, nobody else."""

from __future__ import annotations

import pytest

from orders.links import order_of, signed_path, token_of


def test_the_token_finds_its_order(placed):
    assert order_of(token_of(placed)) == placed
    assert signed_path(placed) == f"/o/{token_of(placed)}"
    assert len(token_of(placed)) == 26


@pytest.mark.parametrize(
    "bend",
    [
        lambda token: "",
        lambda token: token[:10],
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:10] + "A" * 16,
        lambda token: ("0" if token[0] != "0" else "1") + token[1:],
        lambda token: token.lower(),
        lambda token: token[:-1] + "\n",
        lambda token: token[:10] + "é" * 16,
        lambda token: "x" * 10_000,
    ],
)
def test_a_token_bent_anywhere_finds_nothing(placed, bend):
    assert order_of(bend(token_of(placed))) is None


def test_a_link_signed_with_a_retired_key_stays_good_while_it_is_listed(placed, settings):
    before = token_of(placed)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"

    assert token_of(placed) != before
    assert order_of(before) == placed

    settings.SECRET_KEY_FALLBACKS = []
    assert order_of(before) is None
