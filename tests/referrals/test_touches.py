"""The visitor's cookie: proof of clicks, and nothing but proof."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import clock
from referrals import touches as touching
from referrals.channels import Channel
from referrals.touches import (
    MOST_TOUCHES,
    Touch,
    cookie_with,
    in_turn,
    read_cookie,
    visit_goes_on,
)
from tests.conftest import NOON


def urlsafe(packed: bytes) -> str:
    return urlsafe_b64encode(packed).decode()


def touch(
    number: int, *, shop: int = 1, link: int | None = None, ago: timedelta | None = None
) -> Touch:
    return Touch(UUID(int=number), link or number, shop, NOON - (ago or timedelta(minutes=number)))


def test_a_touch_comes_back_as_it_was(noon):
    one = Touch(UUID(int=2**127 + 5), 2**40 - 1, 2**32 - 1, NOON - timedelta(milliseconds=1234))

    assert read_cookie(cookie_with([], one)) == [one]


@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("is_doubtful", [True, False])
def test_a_touch_keeps_how_it_came(noon, channel, is_doubtful):
    one = Touch(UUID(int=1), 1, 1, NOON, channel, is_doubtful)

    assert read_cookie(cookie_with([], one)) == [one]


def test_a_channel_of_newer_code_reads_as_none(noon):
    body = bytearray(touching._packed(Touch(UUID(int=1), 1, 1, NOON, "code")))
    body[31] = 0x7F

    (read,) = read_cookie(touching._signed(touching.VERSION + bytes(body)))

    assert read == Touch(UUID(int=1), 1, 1, NOON)


def test_a_cookie_from_before_channels_still_proves(noon):
    one, other = Touch(UUID(int=1), 1, 1, NOON), Touch(UUID(int=2), 2, 2, NOON - timedelta(days=1))
    old = b"\x01" + touching._packed(one)[:31] + touching._packed(other)[:31]

    assert read_cookie(touching._signed(old)) == [one, other]


def test_certain_clicks_earn_before_doubtful_ones_and_newer_before_older(noon):
    old, new = touch(3), touch(2)
    doubtful = Touch(UUID(int=9), 9, 1, NOON, "", is_doubtful=True)
    same_moment = Touch(UUID(int=8), 8, 1, new.at)
    elsewhere = touch(1, shop=2)

    turn = in_turn([doubtful, old, elsewhere, new, same_moment], shop_id=1)

    assert [one.link_id for one in turn] == [8, 2, 3, 9]


def test_touches_come_back_newest_first(noon):
    cookie = cookie_with([touch(3), touch(1)], touch(2))

    assert [one.link_id for one in read_cookie(cookie)] == [1, 2, 3]


def test_a_second_click_on_the_same_link_replaces_the_first(noon):
    later = touch(9, link=5, ago=timedelta(minutes=1))

    assert read_cookie(cookie_with([touch(5)], later)) == [later]


def test_the_newest_touch_of_eight_shops_is_kept_whatever_one_shop_has(noon):
    one_shop = [touch(number, shop=1) for number in range(1, 9)]
    others = [touch(number, shop=number) for number in range(20, 27)]

    kept = read_cookie(cookie_with([*one_shop, *others[1:]], others[0]))

    assert len(kept) == MOST_TOUCHES
    assert {one.shop_id for one in kept} == {1, *range(20, 27)}
    assert kept[0] == one_shop[0]


def test_an_older_friend_stays_while_there_is_room(noon):
    kept = read_cookie(cookie_with([touch(5, shop=1)], touch(2, shop=1)))

    assert [one.link_id for one in kept] == [2, 5]


def test_the_cookie_stays_below_370_characters(noon):
    touches = [touch(number, shop=number) for number in range(1, 9)]

    assert len(cookie_with(touches[1:], touches[0])) == 364


def test_a_touch_of_thirty_days_proves_nothing_any_more(noon):
    fresh = touch(1, ago=timedelta(days=30) - timedelta(seconds=1))
    old = touch(2, ago=timedelta(days=30))

    assert read_cookie(cookie_with([old], fresh)) == [fresh]


@pytest.mark.proves("T11")
def test_any_flipped_bit_proves_nothing(noon):
    packed = bytearray(urlsafe_b64decode(cookie_with([], touch(1)) + "=="))
    for place in range(len(packed)):
        for bit in range(8):
            packed[place] ^= 1 << bit
            forged = urlsafe_b64encode(packed).rstrip(b"=").decode()
            assert read_cookie(forged) == []
            packed[place] ^= 1 << bit


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "A",
        "AA",
        "====",
        "x" * 1000,
        "x" * 10**6,
        "\x00",
        "蜂蜜",
        "🍯",
        "-1",
        "%00",
        "AAAA\r\nSet-Cookie: a=b",
        None,
    ],
)
def test_garbage_proves_nothing_and_raises_nothing(noon, garbage):
    assert read_cookie(garbage) == []


@pytest.mark.proves("T11")
def test_the_ninth_shop_pushes_the_oldest_out_and_a_cookie_of_nine_is_not_ours(noon):
    nine = [touch(number, shop=number) for number in range(1, 10)]

    kept = read_cookie(cookie_with(nine[1:], nine[0]))

    assert [one.shop_id for one in kept] == list(range(1, 9))
    too_long = touching._signed(touching.VERSION + b"".join(map(touching._packed, nine)))
    assert read_cookie(too_long) == []


@pytest.mark.proves("T11")
@given(value=st.text(max_size=500) | st.binary(max_size=400).map(urlsafe))
def test_whatever_a_browser_sends_proves_nothing_and_breaks_nothing(value):
    assert read_cookie(value) == []


@pytest.mark.proves("T11")
@given(cut=st.integers(0, 363), put=st.text("ABCabc019-_=", max_size=3))
def test_a_cookie_that_somebody_edited_is_whole_or_nothing(cut, put):
    with clock.stopped_at(NOON):
        eight = [touch(number, shop=number) for number in range(1, 9)]
        ours = cookie_with(eight[1:], eight[0])
        edited = ours[:cut] + put + ours[cut + len(put) :]

        assert read_cookie(edited) == (eight if edited == ours else [])


def test_a_cookie_cut_short_proves_nothing(noon):
    cookie = cookie_with([touch(2, shop=2)], touch(1))

    assert [read_cookie(cookie[:length]) for length in range(len(cookie))] == [[]] * len(cookie)


def test_an_old_key_still_proves_and_a_strange_one_does_not(noon, settings):
    cookie = cookie_with([], touch(1))

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret for a new year"
    assert read_cookie(cookie) == [touch(1)]

    settings.SECRET_KEY_FALLBACKS = []
    assert read_cookie(cookie) == []


def test_coming_back_within_half_an_hour_is_the_same_visit(noon):
    touches = read_cookie(cookie_with([touch(40)], touch(29)))

    assert visit_goes_on(touches, link_id=29, shop_id=1, now=NOON)
    assert not visit_goes_on(touches, link_id=29, shop_id=1, now=NOON + timedelta(minutes=1))
    assert not visit_goes_on(touches, link_id=40, shop_id=1, now=NOON)
    assert not visit_goes_on(touches, link_id=29, shop_id=2, now=NOON)
