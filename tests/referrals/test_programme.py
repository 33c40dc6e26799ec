"""Who may share for pay: the shop's rule, its invitations, its removals, and orders under way."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from catalog.models import Receipt
from kit import clock, nearby
from kit.invariants import check
from notifications.models import Letter, Notice
from people.models import Block
from referrals import links, programme, visits
from referrals.invariants import INVARIANTS
from referrals.models import Attribution, Commission, Invitation, Programme, Removal
from shops.models import Follow, Membership, Shop
from tests.conftest import NOON
from tests.races import together
from tests.referrals.conftest import order, touch_of
from tests.referrals.money import assert_all_is_well, told

Who = Programme.Who
REASON = "Your posts promised what honey cannot do."


def let(shop, who) -> None:
    programme.set_who(shop=shop, who=who, by=shop.owner)


def received(person, product, **more) -> Receipt:
    return Receipt.objects.create(
        line_key=f"R{person.pk}",
        person=person,
        product=product,
        variant=product.variants.get(),
        quantity=1,
        net_paid_minor=6800,
        received_at=clock.now(),
        keeps_from=clock.now(),
        **more,
    )


# --- the rule -----------------------------------------------------------------------------


def test_a_shop_that_said_nothing_pays_everybody(hill_shop, linwei, django_assert_num_queries):
    assert programme.who_of(hill_shop) == "everybody"
    with django_assert_num_queries(1):
        assert programme.may_earn(person_id=linwei.pk, shop=hill_shop) is True


@pytest.mark.parametrize("who", [Who.BUYERS, Who.FOLLOWERS, Who.INVITED])
def test_a_narrower_rule_leaves_out_who_does_not_meet_it(hill_shop, linwei, who):
    let(hill_shop, who)

    assert programme.barred(shop_id=hill_shop.pk, person_id=linwei.pk) == who.value
    assert programme.may_earn(person_id=linwei.pk, shop=hill_shop) is False


def test_buyers_are_those_who_received_something_here_and_kept_it(hill_shop, honey, linwei, xiaoyu):
    let(hill_shop, Who.BUYERS)
    received(linwei, honey)
    received(xiaoyu, honey, returned_at=clock.now())

    assert programme.may_earn(person_id=linwei.pk, shop=hill_shop)
    assert not programme.may_earn(person_id=xiaoyu.pk, shop=hill_shop)


def test_a_purchase_elsewhere_makes_nobody_a_buyer_here(hill_shop, honey, linwei, xiaoyu):
    other = Shop.objects.create(owner=xiaoyu, handle="other", name="别家")
    let(other, Who.BUYERS)
    received(linwei, honey)

    assert not programme.may_earn(person_id=linwei.pk, shop=other)


def test_followers_are_those_who_follow_now(hill_shop, linwei):
    let(hill_shop, Who.FOLLOWERS)
    Follow.objects.create(shop=hill_shop, person=linwei)
    assert programme.may_earn(person_id=linwei.pk, shop=hill_shop)

    Follow.objects.all().delete()
    assert not programme.may_earn(person_id=linwei.pk, shop=hill_shop)


@pytest.mark.parametrize("who", Who)
def test_whoever_is_invited_may_under_every_rule(hill_shop, linwei, chen, who):
    let(hill_shop, who)
    programme.invite(shop=hill_shop, person=linwei, by=chen)

    assert programme.may_earn(person_id=linwei.pk, shop=hill_shop)


@pytest.mark.parametrize("who", Who)
def test_whoever_was_removed_may_not_under_any_rule(hill_shop, honey, link, linwei, chen, who):
    let(hill_shop, who)
    Follow.objects.create(shop=hill_shop, person=linwei)
    received(linwei, honey)
    programme.invite(shop=hill_shop, person=linwei, by=chen)
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)

    assert programme.barred(shop_id=hill_shop.pk, person_id=linwei.pk) == "removed"


def test_many_shops_and_people_are_one_question(
    hill_shop, linwei, xiaoyu, django_assert_num_queries
):
    other = Shop.objects.create(owner=xiaoyu, handle="other", name="别家")
    let(other, Who.INVITED)
    pairs = [(shop.pk, person.pk) for shop in (hill_shop, other) for person in (linwei, xiaoyu)]

    with django_assert_num_queries(1):
        found = programme.barred_among(pairs)

    assert found == dict(zip(pairs, ["", "", "invited", "invited"], strict=True))
    assert programme.barred_among([]) == {}


def test_a_rule_is_on_record_once_it_differs(hill_shop, chen):
    let(hill_shop, Who.EVERYBODY)
    let(hill_shop, Who.BUYERS)
    let(hill_shop, Who.BUYERS)

    rows = AuditEvent.objects.values_list("actor", "act", "subject", "before", "after")
    assert list(rows) == [
        (
            f"person:{chen.pk}",
            "programme.opened_to",
            f"shop:{hill_shop.pk}",
            {"who": "everybody"},
            {"who": "buyers"},
        )
    ]


def test_the_database_knows_no_other_rule(hill_shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.create(shop=hill_shop, who="friends")


# --- invitations ----------------------------------------------------------------------------


def test_who_is_invited_is_told_once_for_ever(hill_shop, linwei, chen):
    for _ in range(3):
        programme.invite(shop=hill_shop, person=linwei, by=chen)
        programme.withdraw(shop=hill_shop, person=linwei, by=chen)

    assert told(linwei) == ["sharing_invited"]
    assert Letter.objects.filter(kind="sharing_invited").count() == 1
    assert not Invitation.objects.filter(withdrawn_at=None).exists()
    assert Invitation.objects.count() == 3


def test_nobody_is_invited_twice(hill_shop, linwei, chen):
    programme.invite(shop=hill_shop, person=linwei, by=chen)

    with pytest.raises(programme.AlreadyInvited):
        programme.invite(shop=hill_shop, person=linwei, by=chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(shop=hill_shop, person=linwei, by=chen)
    assert Invitation.objects.count() == 1


def refused_invitation(shop, person, fact) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(fact):
        programme.invite(shop=shop, person=person, by=shop.owner)
    assert not Invitation.objects.exists()
    assert AuditEvent.objects.count() == before


def test_staff_are_not_invited(hill_shop, linwei, chen):
    Membership.objects.create(shop=hill_shop, person=linwei, role="packer")

    refused_invitation(hill_shop, linwei, programme.WorksHere)
    refused_invitation(hill_shop, chen, programme.WorksHere)


@pytest.mark.parametrize("by_them", [True, False])
def test_who_is_blocked_either_way_is_not_invited(hill_shop, linwei, chen, by_them):
    blocker, blocked = (linwei, chen) if by_them else (chen, linwei)
    Block.objects.create(blocker=blocker, blocked=blocked)

    refused_invitation(hill_shop, linwei, programme.WantsNoNews)
    assert told(linwei) == []


def test_who_was_removed_is_let_back_before_being_invited(hill_shop, link, linwei, chen):
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)

    refused_invitation(hill_shop, linwei, programme.RemovedBefore)


# --- removals ---------------------------------------------------------------------------------


def test_who_is_removed_reads_why_and_can_come_back(hill_shop, link, linwei, chen):
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)
    programme.remove(shop=hill_shop, person=linwei, reason="again", by=chen)
    assert Removal.objects.get().reason == REASON
    notice = Notice.objects.get()
    assert (notice.kind, notice.data["reason"], notice.path) == (
        "sharing_ended",
        REASON,
        "/me/sharing",
    )

    programme.let_back(shop=hill_shop, person=linwei, by=chen)
    programme.let_back(shop=hill_shop, person=linwei, by=chen)

    row = Removal.objects.get()
    assert (row.undone_by, row.undone_at is None) == (chen, False)
    assert programme.may_earn(person_id=linwei.pk, shop=hill_shop)
    assert told(linwei) == ["sharing_ended", "sharing_again"]
    acts = AuditEvent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["programme.removed", "programme.let_back"]


def test_who_never_shared_here_cannot_be_removed(hill_shop, xiaoyu, chen):
    programme.invite(shop=hill_shop, person=xiaoyu, by=chen)

    with pytest.raises(programme.NotHere):
        programme.remove(shop=hill_shop, person=xiaoyu, reason=REASON, by=chen)

    assert not Removal.objects.exists()
    assert told(xiaoyu) == ["sharing_invited"]


def test_a_removal_has_a_reason_and_is_undone_by_somebody(hill_shop, linwei, chen):
    for wrong in (
        {"reason": ""},
        {"reason": "x", "undone_at": clock.now()},
        {"reason": "x", "undone_by": chen},
        {"reason": "x", "undone_by": chen, "undone_at": clock.now() - timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Removal.objects.create(shop=hill_shop, person=linwei, by=chen, **wrong)


# --- what an order makes of it ------------------------------------------------------------------


def test_a_removed_sharer_earns_nothing_more_and_the_trace_says_why(
    noon, hill_shop, link, linwei, chen, xiaoyu
):
    first = order(hill_shop, xiaoyu, [touch_of(link)])
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)

    with clock.stopped_at(NOON + timedelta(minutes=1)):
        second = order(hill_shop, xiaoyu, [touch_of(link)], key="0RDER00002", lines=[("L9", 6800)])

    assert first is not None
    assert first.commissions.get().amount_minor == 680
    assert second is None
    assert Attribution.objects.get() == first
    assert_all_is_well()


def test_the_next_older_click_of_somebody_paid_is_taken_instead(
    noon, hill_shop, link, honey, linwei, xiaoyu, chen, wulan
):
    older = links.link_for(person=wulan, product=honey)
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)

    found = order(hill_shop, xiaoyu, [touch_of(link), touch_of(older, ago=timedelta(hours=5))])

    assert found is not None
    assert found.sharer == wulan
    assert [step["rule"] for step in found.trace] == ["not in programme", "taken"]


def test_let_back_one_earns_from_the_next_order_on(noon, hill_shop, link, linwei, chen, xiaoyu):
    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)
    with clock.stopped_at(NOON + timedelta(hours=1)):
        programme.let_back(shop=hill_shop, person=linwei, by=chen)
        early = order(hill_shop, xiaoyu, [touch_of(link)], at=NOON + timedelta(minutes=59))
    with clock.stopped_at(NOON + timedelta(hours=1, seconds=1)):
        late = order(hill_shop, xiaoyu, [touch_of(link)], key="0RDER00002")

    assert early is None  # its checkout had begun while she was removed
    assert late is not None
    assert_all_is_well()


def test_a_narrower_rule_is_asked_when_the_order_is_placed(noon, hill_shop, link, xiaoyu, linwei):
    let(hill_shop, Who.FOLLOWERS)
    assert order(hill_shop, xiaoyu, [touch_of(link)]) is None

    Follow.objects.create(shop=hill_shop, person=linwei)
    assert order(hill_shop, xiaoyu, [touch_of(link)], key="0RDER00002") is not None


def test_pages_say_nothing_of_a_gain_that_nobody_will_have(noon, hill_shop, link, linwei, chen):
    touch = touch_of(link)
    assert visits.who_earns([touch], shop_id=hill_shop.pk, visitor=visits.STRANGER) is not None

    programme.remove(shop=hill_shop, person=linwei, reason=REASON, by=chen)
    nearby.forget_all()
    cache.clear()

    facts = links.facts_from(link)
    assert (facts.barred, facts.can_pay) == ("removed", False)
    assert visits.who_earns([touch], shop_id=hill_shop.pk, visitor=visits.STRANGER) is None


def test_what_is_earned_while_removed_would_be_seen(noon, hill_shop, link, linwei, chen, xiaoyu):
    order(hill_shop, xiaoyu, [touch_of(link)])
    Removal.objects.create(
        shop=hill_shop, person=linwei, by=chen, reason="x", at=NOON - timedelta(seconds=1)
    )

    broken = {one.name: one.broken for one in check(INVARIANTS) if one.broken}
    assert broken == {"referrals.nothing_was_earned_while_removed": 1}


# --- an order and a removal at once ---------------------------------------------------------------


def waits_for_a_lock() -> bool:
    """Whether anybody in this database waits for an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted"
        )
        return bool(cursor.fetchone()[0])


def order_while_she_is_removed(monkeypatch, shop, link, xiaoyu, *, until) -> list[object]:
    """Let an order begin when a removal is written and not yet committed.

    The removal goes on once ``until(ordered)`` says so.
    """
    written, ordered = threading.Event(), threading.Event()
    tell = programme._tell

    def tell_slowly(*args, **more) -> None:
        written.set()
        deadline = time.monotonic() + 20
        while not until(ordered) and time.monotonic() < deadline:
            time.sleep(0.01)
        tell(*args, **more)

    def buy() -> object:
        written.wait(timeout=20)
        try:
            return order(shop, xiaoyu, [touch_of(link)])
        finally:
            ordered.set()

    def end() -> object:
        return programme.remove(shop=shop, person=link.person, reason=REASON, by=shop.owner)

    monkeypatch.setattr(programme, "_tell", tell_slowly)
    return together(buy, end)


@pytest.mark.django_db(transaction=True)
def test_an_order_waits_for_a_removal_under_way(monkeypatch, hill_shop, link, xiaoyu):
    bought, ended = order_while_she_is_removed(
        monkeypatch, hill_shop, link, xiaoyu, until=lambda _ordered: waits_for_a_lock()
    )

    assert bought is None
    assert isinstance(ended, Removal)
    assert not Commission.objects.exists()
    assert_all_is_well()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_order_pays_who_was_removed(monkeypatch, hill_shop, link, xiaoyu):
    monkeypatch.setattr(programme, "alongside", lambda _name: None)
    bought, _ended = order_while_she_is_removed(
        monkeypatch, hill_shop, link, xiaoyu, until=threading.Event.is_set
    )

    assert isinstance(bought, Attribution)
    broken = {one.name: one.broken for one in check(INVARIANTS) if one.broken}
    assert broken == {"referrals.nothing_was_earned_while_removed": 1}
