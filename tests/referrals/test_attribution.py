"""Attribution: the last click that may earn, once, with a trace anybody can read."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from kit.invariants import check
from people.models import Block
from referrals import attribution, fingerprints, judging, links
from referrals.invariants import INVARIANTS
from referrals.models import Attribution, Candidate, Click, ClickHour, Commission
from referrals.outcomes import missed_of
from referrals.touches import Touch
from shops.models import Membership
from tests.races import all_at_once
from tests.referrals.conftest import order, rules, touch_of
from tests.referrals.money import one


def test_one_click_one_sale_ten_percent(brought, linwei, link, xiaoyu):
    assert (brought.sharer, brought.buyer, brought.link) == (linwei, xiaoyu, link)
    assert rules(brought) == [(linwei.public_id, "taken")]
    earned = Commission.objects.order_by("line_key").values_list(
        "line_key", "base_minor", "rate_bp", "amount_minor", "state"
    )
    assert list(earned) == [
        ("L1", 6800, 1000, 680, "expected"),
        ("L2", 3400, 1000, 340, "expected"),
    ]


def test_the_last_of_two_clicks_wins(noon, hill_shop, xiaoyu, linwei, link, hao, hao_link):
    early, late = touch_of(link, ago=timedelta(hours=2)), touch_of(hao_link)

    attribution = order(hill_shop, xiaoyu, [early, late])

    assert attribution.sharer == hao
    assert attribution.clicked_at == late.at
    assert rules(attribution) == [(hao.public_id, "taken"), (linwei.public_id, "older")]


@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(days=15), True),
        (timedelta(days=15, milliseconds=1), False),
        (timedelta(seconds=-60), True),
        (timedelta(seconds=-60, milliseconds=-1), False),
    ],
)
def test_the_window_has_sharp_edges(noon, hill_shop, xiaoyu, link, ago, counts):
    attribution = order(hill_shop, xiaoyu, [touch_of(link, ago=ago)])

    assert (attribution is not None) is counts


def test_the_vendor_sets_the_window(noon, hill_shop, xiaoyu, link):
    hill_shop.terms.attribution_days = 1
    hill_shop.terms.save()

    assert order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(days=1, seconds=1))]) is None
    assert order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(days=1))]) is not None


def test_nobody_earns_from_their_own_purchase_and_the_friend_before_does(
    noon, hill_shop, linwei, link, hao, hao_link
):
    attribution = order(
        hill_shop, linwei, [touch_of(link), touch_of(hao_link, ago=timedelta(days=2))]
    )

    assert attribution.sharer == hao
    assert rules(attribution)[0] == (linwei.public_id, "own purchase")


def test_a_guest_with_the_sharers_phone_is_the_sharer(noon, hill_shop, linwei, link):
    linwei.phone = "+8613800138000"
    linwei.save()

    contacts = fingerprints.of(phone="+8613800138000", email="other@example.test")

    assert order(hill_shop, None, [touch_of(link)], contacts=contacts) is None
    assert not Attribution.objects.exists()
    assert not Click.objects.exists()


def test_a_phone_typed_at_checkout_tells_nobody_whose_it_is(
    noon, hill_shop, linwei, hao, link, hao_link
):
    """Who tries Lin Wei's phone in their own order learns nothing from where the order went."""
    linwei.phone = "+8613800138000"
    linwei.save()
    touches = [touch_of(link), touch_of(hao_link, ago=timedelta(days=2))]
    contacts = fingerprints.of(phone=linwei.phone)

    right = order(hill_shop, None, touches, contacts=contacts)
    wrong = order(hill_shop, None, touches, lines=[("L2", 6800)], key="0RDER00002")

    assert right is None
    assert rules(wrong) == [(linwei.public_id, "taken"), (hao.public_id, "older")]
    his = Candidate.objects.filter(link=hao_link)
    assert set(his.values_list("rule", flat=True)) == {"older"}
    assert {one.code for one in missed_of(hao_link)} == {"OTHER_LINK_LATER"}


def test_a_mailbox_is_one_however_it_is_written():
    one = fingerprints.of(email="Lin.Wei+shop@Gmail.com")

    assert one == fingerprints.of(email="linwei@googlemail.com")
    assert one != fingerprints.of(email="lin.wei@example.test")
    assert fingerprints.of(email="", phone="") == frozenset()
    assert fingerprints.of(email="nonsense") == frozenset()


def test_a_shops_own_people_never_earn_and_wipe_nobody_out(
    noon, hill_shop, chen, honey, xiaoyu, linwei, link, hao, hao_link
):
    Membership.objects.create(shop=hill_shop, person=hao, role=Membership.Role.PACKER)
    owners = links.link_for(person=chen, product=honey)

    attribution = order(
        hill_shop,
        xiaoyu,
        [touch_of(owners), touch_of(hao_link), touch_of(link, ago=timedelta(days=3))],
    )

    assert attribution.sharer == linwei
    assert sorted(rules(attribution)) == sorted(
        [(chen.public_id, "own shop"), (hao.public_id, "own shop"), (linwei.public_id, "taken")]
    )


def test_an_account_that_is_closed_earns_nothing(noon, hill_shop, xiaoyu, linwei, link):
    linwei.is_active = False
    linwei.save()

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is None
    assert not Commission.objects.exists()


@pytest.mark.parametrize("way", ["buyer blocks", "sharer blocks"])
def test_who_is_blocked_does_not_earn(noon, hill_shop, xiaoyu, linwei, link, way):
    pair = {
        "buyer blocks": (xiaoyu, linwei),
        "sharer blocks": (linwei, xiaoyu),
    }[way]
    Block.objects.create(blocker=pair[0], blocked=pair[1])

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is None


@pytest.mark.parametrize("by_guest", [False, True])
def test_a_block_by_the_shops_owner_is_no_removal(
    noon, hill_shop, chen, xiaoyu, linwei, link, by_guest
):
    Block.objects.create(blocker=chen, blocked=linwei)

    attribution = order(hill_shop, None if by_guest else xiaoyu, [touch_of(link)])

    assert (attribution.sharer, one().amount_minor) == (linwei, 680)


def test_clicks_on_another_shop_are_no_candidates(noon, hill_shop, xiaoyu, link):
    elsewhere = Touch(uuid4(), link.pk, hill_shop.pk + 1, noon)

    assert order(hill_shop, xiaoyu, [elsewhere]) is None


def test_a_link_that_does_not_exist_earns_nothing(noon, hill_shop, xiaoyu, link):
    ghost = Touch(uuid4(), link.pk + 999, hill_shop.pk, noon)

    attribution = order(hill_shop, xiaoyu, [ghost, touch_of(link)])

    assert [step["rule"] for step in attribution.trace] == ["no such link", "taken"]


def test_a_robots_click_is_no_candidate(noon, hill_shop, xiaoyu, link):
    touch = touch_of(link)
    Click.objects.create(id=touch.click_id, link=link, at=touch.at, kind="bot", visitor="")

    assert order(hill_shop, xiaoyu, [touch]) is None


def test_the_click_is_stored_on_the_spot_and_counted_once(brought, link):
    click = Click.objects.get()

    assert (click.pk, click.link, click.kind) == (brought.click_id, link, "human")
    hour = ClickHour.objects.get()
    assert (hour.humans, hour.others) == (1, 0)


def test_a_rate_of_nothing_keeps_the_attribution_and_earns_nothing(
    noon, hill_shop, honey, xiaoyu, link
):
    honey.commission_bp = 0
    honey.save()

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is not None
    assert not Commission.objects.exists()


def test_the_products_own_rate_goes_before_the_shops(noon, hill_shop, honey, xiaoyu, link):
    honey.commission_bp = 1500
    honey.save()

    order(hill_shop, xiaoyu, [touch_of(link)])

    earned = Commission.objects.get()
    assert (earned.rate_bp, earned.amount_minor) == (1500, 1020)


@pytest.mark.proves("T15")
def test_the_total_is_rounded_down_once_and_dealt_to_the_lines(noon, hill_shop, xiaoyu, link):
    # 10 % of 15 + 15 + 15 fen is 4.5: four fen, the first line gets the odd one.
    order(hill_shop, xiaoyu, [touch_of(link)], lines=[("A", 15), ("B", 15), ("C", 15)])

    dealt = Commission.objects.order_by("line_key").values_list("amount_minor", flat=True)
    assert list(dealt) == [2, 1, 1]


def test_a_line_that_earns_less_than_a_fen_has_no_commission(noon, hill_shop, xiaoyu, link):
    order(hill_shop, xiaoyu, [touch_of(link)], lines=[("A", 9)])

    assert not Commission.objects.exists()


def test_freezing_twice_decides_once(brought, hill_shop, xiaoyu, hao_link):
    again = order(hill_shop, xiaoyu, [touch_of(hao_link)], lines=[("L1", 6800)])

    assert again == brought
    assert Commission.objects.count() == 2


def test_a_later_change_of_rate_changes_no_frozen_line(brought, hill_shop, honey):
    hill_shop.terms.commission_bp = 0
    hill_shop.terms.save()

    assert Commission.objects.get(line_key="L1").amount_minor == 680


def test_the_database_refuses_a_second_sharer_of_one_line(brought, hao):
    first = Commission.objects.get(line_key="L1")
    first.pk, first.sharer = None, hao

    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_no_invariant_is_broken_by_an_order(brought):
    assert [finding for finding in check(INVARIANTS) if finding.broken] == []


@pytest.mark.django_db(transaction=True)
def test_eight_windows_placing_one_order_attribute_it_once(link, hill_shop, xiaoyu):
    touch = touch_of(link)

    outcomes = all_at_once(lambda: order(hill_shop, xiaoyu, [touch]), times=8)

    assert Attribution.objects.count() == 1
    assert Commission.objects.count() == 1
    assert ClickHour.objects.get().humans == 1
    assert {type(outcome) for outcome in outcomes} <= {Attribution, IntegrityError}


@pytest.fixture
def many_a_key():
    """An order's key and a line's may be written down as often as anybody likes."""
    key: Any = Attribution._meta.get_field("order_key")
    loose = key.clone()
    loose._unique = False
    loose.set_attributes_from_name("order_key")
    loose.model = Attribution
    (one,) = [c for c in Commission._meta.constraints if c.name == "one_sale_pays_one_sharer"]
    with connection.schema_editor() as schema:
        schema.alter_field(Attribution, key, loose)
        schema.remove_constraint(Commission, one)
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # they only ever grow
        cursor.execute("DELETE FROM referrals_commission")
        cursor.execute("DELETE FROM referrals_attribution")
    with connection.schema_editor() as schema:
        schema.alter_field(Attribution, loose, key)
        schema.add_constraint(Commission, one)


@pytest.mark.django_db(transaction=True)
def test_without_the_two_keys_the_same_eight_windows_earn_eight_times(
    link, hill_shop, xiaoyu, many_a_key, monkeypatch
):
    """The race above is a real one: who decides, and who earns, is decided by the keys alone."""
    touch = touch_of(link)
    all_have_looked = threading.Barrier(8)

    def judged_by_all(purchases, touches):
        all_have_looked.wait(timeout=20)
        return judging.judge_all(purchases, touches)

    monkeypatch.setattr(attribution, "judge_all", judged_by_all)
    outcomes = all_at_once(lambda: order(hill_shop, xiaoyu, [touch]), times=8)

    assert {type(outcome) for outcome in outcomes} == {Attribution}
    assert Attribution.objects.count() == 8
    assert Commission.objects.aggregate(sum=Sum("amount_minor")) == {"sum": 8 * 680}
    assert ClickHour.objects.get().humans == 1
