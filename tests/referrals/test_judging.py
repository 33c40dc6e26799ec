"""Judging: the rules that came later, and the order in which candidates may earn."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kit.invariants import check
from payments.destinations import set_destination
from payments.models import Payout
from people.models import Person
from referrals import links, programme
from referrals.invariants import INVARIANTS
from referrals.models import Candidate, Click, ShareLink
from shops.models import Shop, Terms
from tests.conftest import NOON
from tests.referrals.conftest import order, rules, touch_of

# Eight of them what the rules ask for; one each writes the click, the attribution, its
# candidates and its commissions; savepoints, and what looks for fraud, are the rest.
MOST_QUERIES = 24


@pytest.mark.parametrize("kind", ["suspect", "rate"])
def test_a_doubtful_click_earns_where_no_certain_one_does(
    noon, hill_shop, xiaoyu, linwei, link, hao, hao_link, kind
):
    certain = touch_of(hao_link, ago=timedelta(days=3))
    doubtful = replace(touch_of(link), is_doubtful=True)
    Click.objects.create(id=doubtful.click_id, link=link, at=doubtful.at, kind=kind, visitor="")

    both = order(hill_shop, xiaoyu, [doubtful, certain])
    alone = order(hill_shop, xiaoyu, [doubtful], key="0RDER00002", lines=[("L2", 6800)])

    assert rules(both) == [(hao.public_id, "taken"), (linwei.public_id, "in doubt")]
    assert rules(alone) == [(linwei.public_id, "taken")]
    assert Click.objects.get(pk=doubtful.click_id).kind == kind


def test_what_is_in_doubt_stays_so_when_the_stream_never_brings_it(noon, hill_shop, xiaoyu, link):
    order(hill_shop, xiaoyu, [replace(touch_of(link), is_doubtful=True)])

    assert Click.objects.get().kind == "suspect"
    assert [finding for finding in check(INVARIANTS) if finding.broken] == []


def test_a_click_after_the_end_of_a_link_earns_nothing_and_one_before_does(
    noon, hill_shop, xiaoyu, link
):
    ShareLink.objects.filter(pk=link.pk).update(ends_at=NOON - timedelta(hours=1))

    at_the_end = order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(hours=1))])
    just_before = touch_of(link, ago=timedelta(hours=1, milliseconds=1))

    assert at_the_end is None
    assert Candidate.objects.get().rule == "link ended"
    assert order(hill_shop, xiaoyu, [just_before], key="0RDER00002") is not None


def paid_to(person, identifier, *, state="settled") -> None:
    """Name an account for somebody's money, and send them some there."""
    place = set_destination(person=person, identifier=identifier, holder="林薇")
    Payout.objects.create(
        person=person,
        account=f"sharer:{person.pk}:CNY",
        run="now",
        amount_minor=100,
        currency="CNY",
        provider=place.provider,
        destination=place.identifier,
        state=state,
    )


@pytest.mark.parametrize("whose", ["buyer", "owner"])
def test_who_is_paid_to_the_same_account_is_taken_for_the_same_person(
    noon, hill_shop, chen, xiaoyu, linwei, link, whose
):
    other = {"buyer": xiaoyu, "owner": chen}[whose]
    for one in (linwei, other):
        paid_to(one, "6222020200012345678")
    set_destination(person=linwei, identifier="6222020200099999999", holder="林薇")

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is None
    assert Candidate.objects.get().rule == "own account"


@pytest.mark.parametrize("state", [None, "returned"])
@pytest.mark.parametrize("whose", ["buyer", "owner"])
def test_who_only_names_a_sharers_account_silences_nobody(
    noon, hill_shop, chen, xiaoyu, linwei, link, whose, state
):
    other = {"buyer": xiaoyu, "owner": chen}[whose]
    paid_to(linwei, "6222020200012345678")
    if state is None:
        set_destination(person=other, identifier="6222020200012345678", holder="林薇")
    else:
        paid_to(other, "6222020200012345678", state=state)

    assert order(hill_shop, xiaoyu, [touch_of(link)]).sharer == linwei


def test_accounts_of_two_people_are_two(noon, hill_shop, chen, xiaoyu, linwei, link):
    for number, one in enumerate((linwei, xiaoyu, chen)):
        paid_to(one, f"622202020001234567{number}")

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is not None


def test_who_was_removed_by_the_shop_is_passed_over(
    noon, hill_shop, chen, xiaoyu, linwei, link, hao, hao_link
):
    programme.remove(shop=hill_shop, person=linwei, reason="Spam", by=chen)

    attribution = order(
        hill_shop, xiaoyu, [touch_of(link), touch_of(hao_link, ago=timedelta(days=2))]
    )

    assert rules(attribution) == [
        (linwei.public_id, "not in programme"),
        (hao.public_id, "taken"),
    ]


def test_each_refused_click_keeps_its_own_rule_beside_the_one_that_was_taken(
    noon, hill_shop, chen, xiaoyu, linwei, link, hao_link
):
    old = touch_of(hao_link, ago=timedelta(days=16))

    order(hill_shop, xiaoyu, [touch_of(link), old])

    assert dict(Candidate.objects.values_list("link__person__name", "rule")) == {
        "林薇": "taken",
        "阿浩": "outside the window",
    }


def test_a_click_from_the_future_is_refused_and_raises_the_alarm(
    noon, hill_shop, xiaoyu, link, caplog
):
    assert order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(minutes=-2))]) is None
    assert "lies after the order" in caplog.text


def test_two_clicks_of_one_moment_are_decided_by_their_ids(noon, hill_shop, xiaoyu, link, hao_link):
    less, greater = UUID(int=1), UUID(int=2)

    attribution = order(
        hill_shop, xiaoyu, [touch_of(link, click_id=greater), touch_of(hao_link, click_id=less)]
    )

    assert attribution.link == link


def test_two_shops_of_one_bag_are_attributed_each_for_itself(noon, hill_shop, xiaoyu, link, db):
    owner = Person.objects.create_user(name="Owner", email="owner@example.test")
    other = Shop.objects.create(owner=owner, handle="tea-shop", name="Tea", theme="tea")
    Terms.objects.create(shop=other)

    assert order(hill_shop, xiaoyu, [touch_of(link)]) is not None
    assert order(other, xiaoyu, [touch_of(link)], key="0RDER00002", lines=()) is None


def test_the_channel_is_frozen_with_the_order(noon, hill_shop, xiaoyu, link):
    attribution = order(hill_shop, xiaoyu, [replace(touch_of(link), channel="poster")])

    assert attribution.channel == "poster"
    assert attribution.get_channel_display()
    assert Candidate.objects.get().channel == Click.objects.get().channel == "poster"


def test_an_attribution_costs_no_more_statements_with_more_candidates(
    noon, hill_shop, honey, xiaoyu, link, django_assert_max_num_queries, django_assert_num_queries
):
    touches = [touch_of(link, ago=timedelta(days=1))]
    people = [Person.objects.create_user(name=f"P{n}", email=f"p{n}@a.test") for n in range(7)]
    touches += [touch_of(links.link_for(person=one, product=honey)) for one in people]

    with django_assert_max_num_queries(MOST_QUERIES) as for_one:
        order(hill_shop, xiaoyu, touches[:1])
    with django_assert_num_queries(len(for_one)):
        order(hill_shop, xiaoyu, touches, key="0RDER00002", lines=[("L2", 6800)])
    # The test's own look for a product, a savepoint, and two questions: decided, claimed?
    with django_assert_num_queries(5):
        order(hill_shop, xiaoyu, [], key="0RDER00003")
