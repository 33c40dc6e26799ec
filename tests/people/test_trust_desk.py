"""The desk for trust: seeds by four eyes, kept-back runs, and whose word weighs nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import AuditEvent
from kit.states import TransitionRefused
from people import trust_bars, trust_seeds
from people.models import AccountTrust, Person, StaffRole, TrustBar, TrustRun, TrustSeed
from people.trust_seeds import (
    MAY_BECOME,
    NotFit,
    SamePerson,
    SeedBefore,
    approve,
    ask_away,
    keep,
    propose,
    refuse,
    take_away,
)
from tests.passkeys import sign_in_twice
from tests.people import streets
from tests.races import all_at_once

S = TrustSeed.State
DESK, BARS = "/desk/trust", "/desk/trust/bars"
HOSTILE = ["", " ", "\x00", "x" * 100_000, "\u202e", "١٢٣٤٥٦٧٨٩٠", "0123456789", "/u/", "😀" * 300]


@pytest.fixture
def second(db) -> Person:
    """Another moderator."""
    person = Person.objects.create_user(name="高远", email="gaoyuan@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.MODERATOR)
    return person


@pytest.fixture
def fit(noon, linwei) -> Person:
    """Lin Wei, here for a year, with five orders among three people, and a passkey."""
    Person.objects.filter(pk=linwei.pk).update(joined_at=noon - timedelta(days=365))
    partners = streets.people(3, joined_at=streets.long_ago(noon))
    streets.trade([(linwei.pk, partners[0])], at=noon, times=3)
    streets.trade([(linwei.pk, one) for one in partners[1:]], at=noon)
    kind = Authenticator.Type.WEBAUTHN
    Authenticator.objects.create(user=linwei, type=kind, data={})
    return Person.objects.get(pk=linwei.pk)


def desk_of(person: Person) -> Client:
    client = Client()
    sign_in_twice(client, person)
    client.cookies["django_language"] = "en"
    return client


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_proposes_and_another_approves(fit, wulan, second):
    seed = propose(person=fit, by=wulan)
    assert trust_seeds.starting() == []

    approve(seed=seed, by=second)

    assert trust_seeds.starting() == [fit.pk]
    assert (seed.state, seed.approved_by) == (S.SEED, second)
    acts = AuditEvent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["trust_seed.proposed", "trust_seed.approved"]


def test_who_proposed_cannot_approve_nor_can_the_seed(fit, wulan):
    seed = propose(person=fit, by=wulan)

    for by in (wulan, fit):
        with pytest.raises(SamePerson):
            approve(seed=seed, by=by)
    with pytest.raises(SamePerson):
        propose(person=wulan, by=wulan)

    seed.refresh_from_db()
    assert seed.state == S.PROPOSED
    assert trust_seeds.starting() == []


def test_the_database_wants_four_eyes_as_well(fit, wulan):
    with pytest.raises(IntegrityError, match="a_seed_needs_four_eyes"), transaction.atomic():
        TrustSeed.objects.create(person=fit, proposed_by=wulan, approved_by=wulan, state=S.SEED)
    with pytest.raises(IntegrityError, match="a_seed_was_approved"), transaction.atomic():
        TrustSeed.objects.create(person=fit, proposed_by=wulan, state=S.SEED)
    with pytest.raises(IntegrityError, match="nobody_makes_themselves"), transaction.atomic():
        TrustSeed.objects.create(person=wulan, proposed_by=wulan)


def test_a_seed_leaves_by_two_as_well_and_starts_the_walk_until_then(fit, wulan, second):
    seed = approve(seed=propose(person=fit, by=wulan), by=second)

    ask_away(seed=seed, by=second)
    assert trust_seeds.starting() == [fit.pk]
    with pytest.raises(SamePerson):
        take_away(seed=seed, by=second)
    take_away(seed=seed, by=wulan)

    assert trust_seeds.starting() == []
    assert propose(person=fit, by=wulan).state == S.PROPOSED  # may come back, by two again


def test_a_seed_that_was_asked_away_may_be_kept(fit, wulan, second):
    seed = ask_away(seed=approve(seed=propose(person=fit, by=wulan), by=second), by=wulan)

    keep(seed=seed, by=second)

    assert (seed.state, seed.leave_asked_by) == (S.SEED, None)


def test_nobody_keeps_themselves_a_seed(fit, wulan, second):
    seed = propose(person=fit, by=wulan)
    approve(seed=seed, by=second)
    ask_away(seed=seed, by=wulan)

    with pytest.raises(SamePerson):
        keep(seed=seed, by=fit)

    seed.refresh_from_db()
    assert seed.state == S.LEAVING


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("act", [approve, refuse, ask_away, take_away, keep])
def test_a_seed_moves_only_as_the_table_says(fit, wulan, second, xiaoyu, state, act):
    goes = {
        approve: (S.PROPOSED, S.SEED), refuse: (S.PROPOSED, S.GONE), ask_away: (S.SEED, S.LEAVING),
        take_away: (S.LEAVING, S.GONE), keep: (S.LEAVING, S.SEED),
    }  # fmt: skip
    seed = propose(person=fit, by=wulan)
    TrustSeed.objects.filter(pk=seed.pk).update(
        state=state, approved_by=second, leave_asked_by=second
    )
    seed.refresh_from_db()
    before, after = goes[act]
    assert before in MAY_BECOME[after]

    if state == before:
        assert act(seed=seed, by=xiaoyu).state == after
    else:
        with pytest.raises(TransitionRefused):
            act(seed=seed, by=xiaoyu)
        seed.refresh_from_db()
        assert seed.state == state


def test_nobody_is_a_seed_twice(fit, wulan, second):
    propose(person=fit, by=wulan)

    with pytest.raises(SeedBefore):
        propose(person=fit, by=second)

    assert TrustSeed.objects.count() == 1


@pytest.mark.parametrize("lack", ["age", "trades", "partners", "passkey"])
def test_who_lacks_something_is_not_fit(noon, fit, wulan, lack):
    if lack == "age":
        Person.objects.filter(pk=fit.pk).update(joined_at=noon - timedelta(days=179))
    elif lack == "passkey":
        Authenticator.objects.all().delete()
    else:
        # Of three with one and one each with two others: four are left, or two people.
        settled = streets.trades_of(fit.pk)
        settled[0 if lack == "trades" else -1].delete()

    with pytest.raises(NotFit):
        propose(person=fit, by=wulan)

    assert not TrustSeed.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_four_who_propose_at_once_one_does(fit, wulan):
    outcomes = all_at_once(lambda: propose(person=fit, by=wulan), times=4)

    assert [type(outcome) for outcome in outcomes].count(SeedBefore) == 3
    assert TrustSeed.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_who_approve_at_once_one_does(fit, wulan, second):
    seed = propose(person=fit, by=wulan)

    outcomes = all_at_once(
        lambda: approve(seed=TrustSeed.objects.get(pk=seed.pk), by=second), times=4
    )

    assert [type(outcome) for outcome in outcomes].count(TransitionRefused) == 3
    assert AuditEvent.objects.filter(act="trust_seed.approved").count() == 1


def test_a_bar_counts_at_once_and_once(noon, linwei, wulan, second):
    run = TrustRun.objects.create(state="published", finished_at=noon, counts=True)
    AccountTrust.objects.create(person=linwei, g=1, e=1, t=1, run=run)

    trust_bars.bar(person=linwei, reason="刷单", by=wulan)

    assert AccountTrust.objects.get().t == 0
    with pytest.raises(trust_bars.BarredBefore):
        trust_bars.bar(person=linwei, reason="又一次", by=second)
    with pytest.raises(trust_bars.NotOneself):
        trust_bars.bar(person=wulan, reason="我", by=wulan)
    assert TrustBar.objects.count() == 1


def test_a_bar_is_lifted_once_and_not_by_oneself(linwei, wulan, second):
    bar = trust_bars.bar(person=second, reason="刷单", by=wulan)

    with pytest.raises(trust_bars.NotOneself):
        trust_bars.lift(bar_id=bar.pk, by=second)
    trust_bars.lift(bar_id=bar.pk, by=wulan)
    trust_bars.lift(bar_id=bar.pk, by=linwei)

    bar.refresh_from_db()
    assert bar.lifted_by == wulan
    assert AuditEvent.objects.filter(act="trust_bar.lifted").count() == 1


def test_the_desk_proposes_and_another_desk_approves(fit, wulan, second):
    answer = desk_of(wulan).post(DESK, {"who": f"https://weidian.test/u/{fit.public_id}"})
    seed = TrustSeed.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, DESK)
    own = words(desk_of(wulan).get(DESK))
    assert "Approve" not in own
    assert "林薇" in own

    desk_of(second).post(f"{DESK}/seeds/{seed.pk}/approve")

    seed.refresh_from_db()
    assert seed.state == S.SEED


def test_who_proposed_is_told_no_by_the_desk(fit, wulan):
    seed = propose(person=fit, by=wulan)

    answer = desk_of(wulan).post(f"{DESK}/seeds/{seed.pk}/approve")

    assert answer.status_code == 409
    assert desk_of(wulan).post(f"{DESK}/seeds/{seed.pk}/keep").status_code == 409
    assert desk_of(wulan).post(f"{DESK}/seeds/{seed.pk}/eat").status_code == 404
    assert desk_of(wulan).post(f"{DESK}/seeds/999999/approve").status_code == 404
    seed.refresh_from_db()
    assert seed.state == S.PROPOSED


@pytest.mark.parametrize("who", HOSTILE, ids=range(len(HOSTILE)))
def test_nonsense_is_nobody(wulan, who):
    for page in (DESK, BARS):
        answer = desk_of(wulan).post(page, {"who": who, "reason": who})
        assert answer.status_code == 422
        assert 'href="#id_who"' in answer.content.decode()
    assert not TrustSeed.objects.exists()
    assert not TrustBar.objects.exists()


def test_who_is_not_fit_is_said_beside_the_field(linwei, wulan):
    answer = desk_of(wulan).post(DESK, {"who": linwei.public_id})

    assert answer.status_code == 422
    assert "half a year" in words(answer)
    assert linwei.public_id in answer.content.decode()


def test_a_run_that_was_kept_back_may_be_waved_through(noon, wulan):
    kept = TrustRun.objects.create(state="kept_back", reason="median_moved", finished_at=noon)
    desk = desk_of(wulan)
    assert "Let the next run pass" in words(desk.get(DESK))

    answer = desk.post(f"{DESK}/runs/{kept.pk}/accept")

    kept.refresh_from_db()
    assert (answer.status_code, kept.accepted_by) == (302, wulan)
    assert "Let the next run pass" not in words(desk.get(DESK))
    assert desk.post(f"{DESK}/runs/{kept.pk}/accept").status_code == 409
    assert desk.post(f"{DESK}/runs/{2**62}/accept").status_code == 409


def test_the_desk_bars_and_lifts(linwei, wulan):
    desk = desk_of(wulan)

    desk.post(BARS, {"who": linwei.public_id, "reason": "Fifty accounts of one phone"})
    bar = TrustBar.objects.get()
    assert "Fifty accounts" in words(desk.get(BARS))
    assert desk.post(BARS, {"who": linwei.public_id, "reason": "again"}).status_code == 422
    desk.post(f"{BARS}/{bar.pk}/lift")

    bar.refresh_from_db()
    assert bar.lifted_by == wulan
    assert "Fifty accounts" not in words(desk.get(BARS))


@pytest.mark.parametrize("page", [DESK, BARS])
def test_strangers_and_other_staff_find_no_such_page(linwei, page):
    StaffRole.objects.create(person=linwei, role=StaffRole.Role.FINANCE)

    assert desk_of(linwei).get(page).status_code == 404
    assert Client().get(page).status_code == 302


def test_the_desk_asks_as_often_for_many_seeds_as_for_one(
    noon, wulan, second, django_assert_num_queries
):
    desk = desk_of(wulan)
    (one, *others) = streets.people(20, joined_at=streets.long_ago(noon))
    TrustSeed.objects.create(person_id=one, proposed_by=second)
    asked = 9
    with django_assert_num_queries(asked):
        desk.get(DESK)
    for person in others:
        TrustSeed.objects.create(person_id=person, proposed_by=second)

    with django_assert_num_queries(asked):
        desk.get(DESK)
