"""Attribution against its oracle: whatever happened before an order, both name one click."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kit import clock
from people.models import Block, Person
from referrals import claiming, links
from referrals.judging import Purchase, judge
from referrals.models import Attribution, Candidate, Click, Removal, ShareLink
from referrals.touches import Touch, cookie_with, read_cookie
from shops.models import Membership, Shop
from tests.conftest import NOON
from tests.referrals import oracle
from tests.referrals.conftest import order as place

PEOPLE = 4
DEVICES = 2
# The first moment of the timelines; orders come up to forty days later.
START = NOON - timedelta(days=40)
MINUTES = 40 * 24 * 60
WINDOW = 15 * 24 * 60

# Half of what happens falls on a few moments, so that edges and ties come often.
EDGES = [MINUTES - WINDOW + one for one in (-1, 0, 1)]
moments = st.one_of(st.integers(0, MINUTES - 1), st.sampled_from([*EDGES, MINUTES - 60]))
people = st.integers(0, PEOPLE - 1)
devices = st.integers(0, DEVICES - 1)
some_people = st.frozensets(people, max_size=1)
kinds = st.sampled_from(["human"] * 4 + ["suspect", "bot"])
clicks = st.builds(
    oracle.Click, moments, number=st.just(0), device=devices, link=people, kind=kinds
)
logins = st.builds(oracle.Login, moments, devices, people)


@st.composite
def timelines(draw) -> list[oracle.Click | oracle.Login]:
    events = draw(st.lists(st.one_of(clicks, clicks, logins), max_size=16))
    events.sort(key=lambda event: event.at)
    return [
        event._replace(number=place + 1) if isinstance(event, oracle.Click) else event
        for place, event in enumerate(events)
    ]


orders = st.builds(
    oracle.Order,
    at=st.just(MINUTES),
    device=devices,
    buyer=st.none() | people,
    window=st.sampled_from([WINDOW, 24 * 60, 30 * 24 * 60]),
    staff=some_people,
    closed=some_people,
    blocked=some_people,
    removed=some_people,
    ended=st.dictionaries(people, moments, max_size=1),
)


# What random histories come upon too seldom to rely on.
DAY_BEFORE = MINUTES - 24 * 60
BY_A_GUEST = oracle.Order(at=MINUTES, device=0, buyer=None, window=WINDOW)
IN_DOUBT = [
    oracle.Click(DAY_BEFORE, 1, 0, 0),
    oracle.Click(DAY_BEFORE + 60, 2, 0, 1, "suspect"),
]
AT_ONCE = [oracle.Click(DAY_BEFORE, 1, 0, 0), oracle.Click(DAY_BEFORE, 2, 0, 1)]


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


class Street:
    """Four people with a link each to one shop's honey, two browsers, and a till."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        product = shop.products.get()
        self.people = [
            Person.objects.create_user(name=f"P{one}", email=f"p{one}@example.test")
            for one in range(PEOPLE)
        ]
        self.links = [links.link_for(person=one, product=product) for one in self.people]

    def live(self, history: list[oracle.Click | oracle.Login], order: oracle.Order) -> None:
        """Let it all happen, with real cookies and at the right time."""
        cookies: dict[int, str] = {}
        for event in history:
            with clock.stopped_at(moment(event.at)):
                touches = read_cookie(cookies.get(event.device))
                if isinstance(event, oracle.Login):
                    claiming.claim(person=self.people[event.person], touches=touches)
                else:
                    cookies[event.device] = cookie_with(touches, self._click(event))
        self._become(order)
        with clock.stopped_at(moment(order.at)):
            buyer = None if order.buyer is None else self.people[order.buyer]
            self.order = place(
                self.shop, buyer, read_cookie(cookies.get(order.device)), at=moment(order.at)
            )

    def _click(self, event: oracle.Click) -> Touch:
        link = self.links[event.link]
        click_id = UUID(int=event.number)
        if event.kind == "bot":
            Click.objects.create(id=click_id, link=link, at=moment(event.at), kind="bot")
        is_doubtful = event.kind == "suspect"
        return Touch(click_id, link.pk, link.shop_id, moment(event.at), is_doubtful=is_doubtful)

    def _become(self, order: oracle.Order) -> None:
        self.shop.terms.attribution_days = order.window // (24 * 60)
        self.shop.terms.save()
        for one in order.staff:
            Membership.objects.create(
                shop=self.shop, person=self.people[one], role=Membership.Role.PACKER
            )
        ids = [self.people[one].pk for one in order.closed]
        Person.objects.filter(pk__in=ids).update(is_active=False)
        if order.buyer is not None:
            for one in order.blocked - {order.buyer}:
                Block.objects.create(blocker=self.people[order.buyer], blocked=self.people[one])
        for one in order.removed:
            Removal.objects.create(
                shop=self.shop, person=self.people[one], by=self.shop.owner, at=START, reason="x"
            )
        for one, minute in order.ended.items():
            ShareLink.objects.filter(pk=self.links[one].pk).update(ends_at=moment(minute))


@pytest.mark.proves("T13")
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=timelines(), order=orders)
@example(history=IN_DOUBT, order=BY_A_GUEST)
@example(history=AT_ONCE, order=BY_A_GUEST)
@example(history=AT_ONCE, order=BY_A_GUEST._replace(ended={1: DAY_BEFORE, 0: MINUTES}))
def test_whatever_happened_before_the_oracle_names_the_same_click(hill_shop, honey, history, order):
    with transaction.atomic():
        street = Street(hill_shop)
        street.live(history, order)
        expected = oracle.verdicts(history, order)

        kept = {one.click_id.int: one.rule for one in Candidate.objects.all()}
        assert kept == expected
        taken = [number for number, rule in expected.items() if rule == "taken"]
        if not taken:
            assert street.order is None
            assert not Attribution.objects.exists()
        else:
            assert street.order is not None
            assert street.order.click_id.int == taken[0]
            traced = {UUID(step["click"]).int: step["rule"] for step in street.order.trace}
            assert traced == expected
        transaction.set_rollback(True)
    hill_shop.terms.refresh_from_db()


@pytest.mark.proves("T17")
@pytest.mark.parametrize("bought_at", [NOON, datetime.fromisoformat("2028-03-01T00:00:00+00:00")])
@pytest.mark.parametrize(
    ("ago", "rule"),
    [
        (timedelta(days=15) - timedelta(seconds=1), "taken"),
        (timedelta(days=15), "taken"),
        (timedelta(days=15) + timedelta(seconds=1), "outside the window"),
    ],
)
@pytest.mark.parametrize("clock_off", [timedelta(), timedelta(days=1), timedelta(days=-1)])
def test_the_decision_depends_on_stored_moments_alone(
    hill_shop, xiaoyu, linwei, honey, bought_at, ago, rule, clock_off
):
    """A leap day lies within the window, and the machine's clock may say what it will."""
    link = links.link_for(person=linwei, product=honey)
    touch = Touch(UUID(int=7), link.pk, hill_shop.pk, bought_at - ago)

    with clock.stopped_at(bought_at + clock_off), transaction.atomic():
        (judged,) = judge(Purchase(hill_shop, xiaoyu, frozenset(), bought_at), [touch])

    assert judged.rule == rule
