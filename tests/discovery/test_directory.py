"""Shops, circles and people are found by their names, by whoever may find them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discovery import directory, search
from discovery.models import Entry
from people.models import Block, Circle, CircleMember, Person
from tests.discovery.conftest import befriend


def names(text, viewer=None):
    found = directory.find(viewer, search.read(text))
    everything: list[Any] = [*found.shops, *found.circles, *found.people]
    return [one.name for one in everything]


@pytest.fixture
def street(old_hill_shop, scarf_shop):
    directory.write()


@pytest.mark.parametrize(
    "typed", ["山里", "小店", "山里的小店", "山裡", "shanli", "sl", "xiaodian"]
)
def test_a_shop_is_found_by_words_traditional_signs_and_sounds(street, typed):
    assert names(typed) == ["山里的小店"]


def test_a_new_name_is_found_after_the_next_sweep_and_the_old_one_is_not(street, hill_shop):
    hill_shop.name = "柞水山货"
    hill_shop.save()
    assert directory.write() == 1
    assert directory.write() == 0

    assert names("柞水") == ["柞水山货"]
    assert names("山里") == []
    assert Entry.objects.count() == 2


def test_closed_shops_and_shops_of_blocked_people_are_not_found(street, hill_shop, chen, xiaoyu):
    Block.objects.create(blocker=chen, blocked=xiaoyu)
    assert names("山里", xiaoyu) == []
    assert names("山里") == ["山里的小店"]

    hill_shop.state = "closed"
    hill_shop.save()
    assert names("山里") == []


def test_a_circle_is_found_by_its_members_or_when_it_is_open_to_see(linwei, xiaoyu, hao):
    circle = Circle.objects.create(host=linwei, name="山货小圈")
    CircleMember.objects.create(circle=circle, person=linwei, state="member")
    CircleMember.objects.create(circle=circle, person=xiaoyu, state="left")
    directory.write()
    assert names("山货", linwei) == ["山货小圈"]
    assert [names("山货", one) for one in (xiaoyu, hao, None)] == [[], [], []]

    circle.seen_by = "everyone"
    circle.save()
    assert names("山货") == ["山货小圈"]
    Block.objects.create(blocker=xiaoyu, blocked=linwei)
    assert names("山货", xiaoyu) == []


def test_people_are_found_as_friends_or_by_consent_through_a_friend(linwei, xiaoyu, hao, chen):
    befriend(linwei, xiaoyu)
    befriend(linwei, hao)
    assert names("林薇", xiaoyu) == ["林薇"]
    assert names("阿浩", xiaoyu) == []

    Person.objects.filter(pk__in=[hao.pk, chen.pk]).update(named_to_friends_of_friends=True)
    assert names("阿浩", xiaoyu) == []  # Lin Wei has not agreed that their friendship be told
    Person.objects.filter(pk=linwei.pk).update(named_to_friends_of_friends=True)
    assert names("阿浩", xiaoyu) == ["阿浩"]
    assert names("陈姐", xiaoyu) == []
    assert names("阿浩") == []
    Block.objects.create(blocker=hao, blocked=xiaoyu)
    assert names("阿浩", xiaoyu) == []


def test_a_block_between_a_friend_and_theirs_names_neither(linwei, xiaoyu, hao):
    befriend(linwei, xiaoyu)
    befriend(linwei, hao)
    Person.objects.filter(pk__in=[hao.pk, linwei.pk]).update(named_to_friends_of_friends=True)
    assert names("阿浩", xiaoyu) == ["阿浩"]

    block = Block.objects.create(blocker=hao, blocked=linwei)
    assert names("阿浩", xiaoyu) == []
    block.delete()
    Block.objects.create(blocker=linwei, blocked=hao)
    assert names("阿浩", xiaoyu) == []


CROWD = """
INSERT INTO people_person SELECT (jsonb_populate_record(one, jsonb_build_object(
  'id', 900000 + n, 'public_id', lpad(n::text, 10, 'C'), 'email', 'c' || n || '@example.test'
))).* FROM people_person one, generate_series(1, 5000) n WHERE one.id = %s
"""


def test_people_are_not_looked_for_among_everybody(linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [linwei.pk])
        cursor.execute("ANALYZE people_person")
    with CaptureQueriesContext(connection) as asked:
        assert names("林薇", xiaoyu) == ["林薇"]
    query = next(one["sql"] for one in asked if "WITH bridges" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {query}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Seq Scan on people_person" not in plan
    assert "Merge Join" not in plan


def test_nobody_finds_themselves_or_who_left(linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    assert names("周晓雨", xiaoyu) == []
    linwei.is_active = False
    linwei.save()
    assert names("林薇", xiaoyu) == []


def test_the_page_shows_names_above_the_goods(client, linwei, xiaoyu, street):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)

    page = client.get("/search", {"q": "小店"}).content.decode()
    assert 'href="/shanli"' in page
    page = client.get("/search", {"q": "林薇"}).content.decode()
    assert f'href="/u/{linwei.public_id}"' in page


def test_names_are_looked_up_in_the_index_of_words(street):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM discovery_entry WHERE search @@ to_tsquery('simple', 'abc')"
        )
        assert "entries_by_word" in "\n".join(line for (line,) in cursor.fetchall())
