"""Destinations: one in use, the ones before retired, each change on record."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from payments import destinations
from payments.models import Destination
from tests.races import all_at_once


def set_to(person, identifier, holder="林薇"):
    return destinations.set_destination(person=person, identifier=identifier, holder=holder)


def test_a_first_destination_serves_at_once(linwei, noon):
    first = set_to(linwei, "linwei-wallet")

    assert destinations.in_use(linwei) == first
    assert destinations.usable_at(first) == noon


@pytest.mark.proves("C14")
def test_another_retires_the_first_and_cools(linwei, noon):
    first = set_to(linwei, "one")
    second = set_to(linwei, "two")

    first.refresh_from_db()
    assert first.retired_at == noon
    assert destinations.in_use(linwei) == second
    assert destinations.usable_at(second) == noon + timedelta(hours=72)


def test_setting_what_is_set_does_not_begin_the_wait_again(linwei):
    first = set_to(linwei, "one")

    assert set_to(linwei, "one") == first
    assert Destination.objects.count() == 1


def test_going_back_to_the_first_cools_too(linwei, noon):
    set_to(linwei, "one")
    set_to(linwei, "two")

    assert destinations.usable_at(set_to(linwei, "one")) == noon + timedelta(hours=72)


def test_each_change_is_on_record_without_the_whole_number(linwei):
    set_to(linwei, "linwei-wallet-1234")
    set_to(linwei, "stranger-5678")

    rows = AuditEvent.objects.order_by("pk").values_list("actor", "act", "before", "after")
    me = f"person:{linwei.pk}"
    assert list(rows) == [
        (me, "destination.set", {}, {"ends_in": "1234"}),
        (me, "destination.changed", {"ends_in": "1234"}, {"ends_in": "5678"}),
    ]


@pytest.mark.parametrize(
    ("identifier", "shown"), [("abc", "c"), ("abcdef", "def"), ("a" * 9, "aaaa")]
)
def test_of_a_short_name_no_more_than_half_is_shown(identifier, shown):
    assert destinations.ending(identifier) == shown


@pytest.mark.django_db(transaction=True)
def test_six_changes_at_once_leave_one_in_use(linwei):
    names = iter("abcdef")

    outcomes = all_at_once(lambda: set_to(linwei, f"wallet-{next(names)}"), times=6)

    assert [type(outcome) for outcome in outcomes] == [Destination] * 6
    assert Destination.objects.filter(retired_at=None).count() == 1
