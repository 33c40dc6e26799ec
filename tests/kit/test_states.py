"""A state moves once, where its table allows it, and never from an old look at the row."""

import pytest

from kit.states import Moves, TransitionRefused, move
from people.models import FriendRequest
from tests.races import all_at_once

S = FriendRequest.State
TABLE: Moves = {S.ACCEPTED: frozenset({S.OPEN}), S.DECLINED: frozenset({S.OPEN})}


@pytest.fixture
def request_row(linwei, xiaoyu):
    return FriendRequest.objects.create(sender=linwei, receiver=xiaoyu)


def test_a_row_moves_where_the_table_allows_it_and_takes_its_moment_along(request_row, noon):
    move(request_row, to=S.ACCEPTED, table=TABLE, answered_at=noon)

    assert request_row.state == S.ACCEPTED
    assert request_row.answered_at == noon


def test_a_row_that_moved_meanwhile_stays_where_it_is(request_row):
    stale = FriendRequest.objects.get(pk=request_row.pk)
    move(request_row, to=S.ACCEPTED, table=TABLE)

    with pytest.raises(TransitionRefused):
        move(stale, to=S.DECLINED, table=TABLE)
    request_row.refresh_from_db()
    assert request_row.state == S.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_and_one_moves_it(request_row):
    outcomes = all_at_once(
        lambda: move(FriendRequest.objects.get(), to=S.ACCEPTED, table=TABLE), times=8
    )

    assert outcomes.count(None) == 1
    assert [type(outcome) for outcome in outcomes].count(TransitionRefused) == 7
