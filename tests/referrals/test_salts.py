"""Telling visitors apart for a day: salts that are destroyed, addresses that cannot be forged."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from referrals import salts, tasks, visits
from referrals.models import Click, Salt
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER
from tests.referrals.stream_of_clicks import note


@pytest.fixture(autouse=True)
def _no_salt_in_memory():
    salts.forget()
    yield
    salts.forget()


def visitor(*, address="203.0.113.7", agent="Phone", host="shop.test", now=NOON) -> str:
    return salts.visitor(address=address, agent=agent, host=host, now=now)


def test_a_visitor_is_the_same_all_day_and_another_tomorrow(db):
    today = visitor()

    assert today == visitor()
    assert len(today) == 16
    assert today != visitor(address="203.0.113.8")
    assert today != visitor(agent="Other")
    assert today != visitor(host="other.test")
    assert today != visitor(now=NOON + timedelta(days=1))


def test_two_processes_share_the_salt_of_a_day(db):
    first = visitor()
    salts.forget()

    assert visitor() == first
    assert Salt.objects.count() == 1


def test_salts_are_destroyed_after_forty_eight_hours(db):
    for days in range(4):
        Salt.objects.create(day=(NOON - timedelta(days=days)).date(), value=os.urandom(16))
    with clock.stopped_at(NOON):
        assert tasks.destroy_old_salts() == 2

    assert [salt.day.day for salt in Salt.objects.order_by("day")] == [21, 22]


def test_no_salt_lives_a_minute_longer_than_forty_eight_hours(db):
    day = NOON.replace(hour=0, minute=0)
    Salt.objects.create(day=day.date(), value=os.urandom(16))

    with clock.stopped_at(day + timedelta(hours=47, minutes=59)):
        assert tasks.destroy_old_salts() == 0
    with clock.stopped_at(day + timedelta(hours=48)):
        assert tasks.destroy_old_salts() == 1


def test_a_process_keeps_one_salt_and_not_for_longer_than_the_database(db):
    visitor()
    visitor(now=NOON + timedelta(days=1))
    assert list(salts._today) == [(NOON + timedelta(days=1)).date()]


def test_a_process_nobody_asks_any_more_forgets_its_salt_by_itself(db, monkeypatch):
    """The timer that forgets is there whether or not anybody comes again."""
    monkeypatch.setattr(salts, "SECONDS_KEPT", 0.05)
    visitor()
    for timer in [one for one in threading.enumerate() if one.name == salts.TIMER]:
        timer.join(timeout=5)

    assert salts._today == {}


def test_two_threads_may_forget_at_once(monkeypatch):
    class EmptiedByAnother(list[object]):
        def __bool__(self):
            return True

    monkeypatch.setattr(salts, "_timers", EmptiedByAnother())
    monkeypatch.setitem(salts._today, NOON.date(), b"salt")

    salts.forget()

    assert salts._today == {}


@pytest.mark.parametrize(
    ("address", "itself"),
    [
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("::FFFF:c633:6407", "198.51.100.7"),
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("not:an address", "not:an address"),
        ("", ""),
    ],
)
def test_an_ipv4_address_in_ipv6_clothes_is_itself(address, itself):
    assert salts.unwrapped(address) == itself


def test_ipv4_visitors_in_ipv6_clothes_are_of_their_own_networks():
    one, other = "::ffff:198.51.100.7", "::ffff:203.0.113.7"

    assert visits._network_of(one) == "198.51.100"
    assert visits._network_of(other) == "203.0.113"


@pytest.mark.proves("T12")
def test_after_two_days_no_stored_visitor_can_be_found_under_any_salt_that_is_left(db, link):
    with clock.stopped_at(NOON):
        told = visitor(now=clock.now())
        note(link, visitor=told)
        tasks.drain_clicks()
    for hours in (0, 24, 48, 49):
        with clock.stopped_at(NOON + timedelta(hours=hours)):
            visitor(now=clock.now())
            tasks.destroy_old_salts()
    with clock.stopped_at(NOON + timedelta(hours=49)):
        left = [bytes(salt.value) for salt in Salt.objects.all()]
        found = [salts.under(salt, "203.0.113.7", "Phone", "shop.test") for salt in left]

    assert len(left) == 2
    assert Click.objects.get().visitor == told
    assert told not in found


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "10.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),
        (1, "", ""),
    ],
)
def test_only_our_own_proxies_say_whose_address_it_is(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    environ = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "10.0.0.1"}

    assert salts.address_in(environ) == address


ADDRESSES = st.ip_addresses().map(str)
FORGED = st.one_of(
    ADDRESSES,
    st.sampled_from(["unknown", "", " ", "127.0.0.1", "_hidden", '"[::1]:80"', "1.2.3.4:99"]),
    st.text(alphabet=st.characters(blacklist_characters=",\r\n"), max_size=20),
)


@pytest.mark.proves("T10")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    forged=st.lists(FORGED, max_size=6),
    client=ADDRESSES,
    proxies=st.lists(ADDRESSES, min_size=1, max_size=4),
)
def test_whatever_a_client_writes_its_address_is_what_our_proxies_saw(
    settings, forged, client, proxies
):
    """Each proxy adds, at the right, whom it was called by; the last one calls us."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = len(proxies)
    chain = [*forged, client, *proxies[:-1]]
    environ = {"HTTP_X_FORWARDED_FOR": ", ".join(chain), "REMOTE_ADDR": proxies[-1]}

    assert salts.address_in(environ) == client


@pytest.mark.proves("T10")
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forged=st.lists(FORGED, max_size=6))
def test_without_a_proxy_nobody_is_believed(settings, forged):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    environ = {"HTTP_X_FORWARDED_FOR": ", ".join(forged), "REMOTE_ADDR": "192.0.2.4"}

    assert salts.address_in(environ) == "192.0.2.4"


@pytest.mark.proves("T10")
def test_a_forged_chain_makes_no_second_visitor(client, link, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for forged in ("", "6.6.6.6, ", "7.7.7.7, 8.8.8.8, "):
        client.cookies.clear()
        client.get(f"/s/{link.code}", HTTP_X_FORWARDED_FOR=f"{forged}198.51.100.9", **BROWSER)
    tasks.drain_clicks()

    assert Click.objects.count() == 3
    assert Click.objects.values("visitor").distinct().count() == 1
