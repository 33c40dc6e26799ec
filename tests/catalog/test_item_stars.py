"""The mean of stars: circles that stand apart move it little, all others count as they are."""

from __future__ import annotations

import pytest

from catalog.item_stars import mean

# Number of the circle, weight, stars.
TEN = [(number, 1.0, 5) for number in range(10)]
RING = [(99, 1.0, 1)] * 500


def test_nothing_said_is_four_stars():
    assert mean([]) == 4.0
    assert mean([(1, 0.0, 1)]) == 4.0


def test_everybody_by_themselves_counts_in_full():
    assert mean(TEN) == pytest.approx((10 * 5 + 4 * 4) / 14)
    assert mean([*TEN, (99, 1.0, 1)]) == pytest.approx((10 * 5 + 1 + 4 * 4) / 15)


def test_a_ring_moves_ten_words_by_fifteen_hundredths():
    # 66 / 14 = 4.7143; what it says is 3.7143 away; 14 * 0.15 / (3.7143 - 0.15) = 0.58918.
    weight = 0.58918

    assert mean([*TEN, *RING]) == pytest.approx((66 + weight * 1) / (14 + weight), abs=1e-5)
    assert mean(TEN) - mean([*TEN, *RING]) == pytest.approx(0.15)


def test_a_ring_that_lifts_moves_no_further():
    low = [(number, 1.0, 1) for number in range(10)]

    praised = mean([*low, *((99, 1.0, 5) for _ in range(500))])

    assert praised - mean(low) == pytest.approx(0.15)


def test_ten_words_by_people_less_known_are_held_as_well():
    less = [(number, 0.8, 5) for number in range(10)]

    assert mean(less) - mean([*less, *RING]) == pytest.approx(0.15)


def test_against_four_a_ring_moves_twice_as_far():
    # 0.15 * 8 / 4 = 0.3 below (4 * 5 + 16) / 8 = 4.5.
    assert mean([*TEN[:4], *RING]) == pytest.approx(4.2)


def test_a_household_by_itself_is_heard():
    # (2 * 1 + 16) / 6: the two of a circle, were they five hundred.
    assert mean([(1, 1.0, 1), (1, 1.0, 1)]) == 3.0
    assert mean(RING) == 3.0


def test_a_circle_that_agrees_counts_in_full():
    # Ten, and two of weight for the circle, all at five: 76 / 16.
    assert mean([*TEN, *((99, 1.0, 5) for _ in range(7))]) == 4.75


def test_among_a_hundred_a_circle_counts_in_full():
    # 516 / 104 = 4.96; two at one star move it to 518 / 106 = 4.887, by 0.07.
    hundred = [(number, 1.0, 5) for number in range(100)]

    assert mean([*hundred, (999, 1.0, 1), (999, 1.0, 1)]) == pytest.approx(518 / 106)


def test_whose_word_weighs_nothing_makes_no_circle_of_somebody_alone():
    assert mean([*TEN, (99, 1.0, 1), (99, 0.0, 1)]) == pytest.approx(67 / 15)
