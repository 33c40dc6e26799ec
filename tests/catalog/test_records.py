"""What came of somebody's words, told only where it gives nobody away."""

from __future__ import annotations

import pytest

from catalog import endorsing, records, witnesses
from catalog.models.endorsement import Outcome
from kit import clock
from tests.catalog.speaking import people, received, received_and_said

pytestmark = pytest.mark.usefixtures("noon")


def bought_by_link(sharer, product, how_many, *, days_ago=20):
    return [
        received(one, product, days_ago=days_ago, brought_by=sharer) for one in people(how_many)
    ]


def speaks_since(person, product, *, days_ago):
    said = received_and_said(person, product, days_ago=days_ago)
    said.created_at = said.receipt.received_at
    said.save(update_fields=["created_at"])
    return said


def test_five_bought_after_it_four_kept_it(linwei, honey):
    said = speaks_since(linwei, honey, days_ago=40)
    gone, *_kept = bought_by_link(linwei, honey, 5)
    endorsing.took_back(line_key=gone.line_key, at=clock.now())

    assert records.outcomes([said.pk]) == {said.pk: Outcome(bought=5, kept=4)}
    assert records.of_person(linwei.pk) == Outcome(bought=5, kept=4)
    assert endorsing.seen_by(None, honey.pk)[0].outcome == Outcome(5, 4)


def test_four_are_too_few_to_be_told(linwei, honey):
    said = speaks_since(linwei, honey, days_ago=40)
    bought_by_link(linwei, honey, 4)

    assert records.outcomes([said.pk]) == {}
    assert records.of_person(linwei.pk) is None


def test_what_may_still_go_back_is_not_kept_yet(linwei, honey):
    said = speaks_since(linwei, honey, days_ago=40)
    bought_by_link(linwei, honey, 5, days_ago=3)

    assert records.outcomes([said.pk])[said.pk] == Outcome(bought=5, kept=0)


def test_what_was_bought_before_or_by_others_or_by_oneself_does_not_count(linwei, wulan, honey):
    said = speaks_since(linwei, honey, days_ago=10)
    bought_by_link(linwei, honey, 5, days_ago=12)
    bought_by_link(wulan, honey, 5, days_ago=5)
    for _ in range(5):
        received(linwei, honey, days_ago=5, brought_by=linwei)

    assert records.outcomes([said.pk]) == {}


@pytest.mark.parametrize(("against", "told"), [(4, 0), (5, 5), (9, 5), (10, 10)])
def test_who_spoke_against_a_shop_is_counted_in_fives(honey, hill_shop, against, told):
    for place, one in enumerate(people(against)):
        visibility = "friends" if place % 2 else "vendor"
        received_and_said(one, honey, verdict="no", visibility=visibility)

    assert records.disliked_in(hill_shop.pk) == told


def test_words_taken_back_are_not_counted_against_anybody(honey, hill_shop):
    said = [received_and_said(one, honey, verdict="no") for one in people(5)]
    endorsing.withdraw(endorsement=said[0], person=said[0].person)

    assert records.disliked_in(hill_shop.pk) == 0


def test_a_record_of_many_words_is_one_question(linwei, honey, django_assert_num_queries):
    for one in people(3):
        received_and_said(one, honey)
    rows = list(witnesses.all_seen_by(None, honey.pk))

    with django_assert_num_queries(1):
        witnesses.told(rows)
