"""A link's own name and end: what may be chosen, and what stays somebody's."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from catalog.models import Product
from kit import clock, nearby
from kit.public_ids import public_id
from referrals import links, naming
from referrals.models import FormerSlug, ShareLink
from referrals.naming import (
    EndIsOver,
    RenamedTooOften,
    SlugReserved,
    SlugTaken,
    SlugUnfit,
    end_at,
    rename,
)
from tests.conftest import NOON
from tests.races import all_at_once

MONTH = timedelta(days=30)


@pytest.fixture
def other(xiaoyu, honey) -> ShareLink:
    """Xiaoyu's link to the same honey."""
    return links.link_for(person=xiaoyu, product=honey)


def test_a_link_opens_by_its_name_and_by_its_code(noon, link):
    rename(link=link, slug=" Lin-Honey ")

    assert link.slug is None  # the row that was passed in is left alone
    named = links.resolve("lin-honey")
    assert named is not None
    assert (named.link_id, named.slug, named.path) == (link.pk, "lin-honey", "/s/lin-honey")
    assert links.resolve("LIN-HONEY") == named
    assert links.resolve(link.code.lower()) == named


@pytest.mark.parametrize(
    "slug",
    [
        "ab",
        "a" * 40 + "i",
        "-honey",
        "honey-",
        "lin honey",
        "林薇蜂蜜",
        "ho\x00ney",
        "honey\n",
        "хоney",
        "7k3m9px2qa",
        "chen",  # every letter of it can stand in a code
        "café",
        "a" * 10**6,
    ],
)
def test_what_a_name_cannot_be(noon, link, slug):
    if slug == "honey\n":
        assert rename(link=link, slug=slug).slug == "honey"  # as typed, without the line's end
        return
    with pytest.raises(SlugUnfit):
        rename(link=link, slug=slug)
    assert ShareLink.objects.get().slug is None


@pytest.mark.parametrize("slug", ["official", "xn--honey", "weixin", "policy"])
def test_words_of_the_house_are_nobodys(noon, link, slug):
    with pytest.raises(SlugReserved):
        rename(link=link, slug=slug)


def test_the_database_refuses_a_name_that_reads_as_a_code(link):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.filter(pk=link.pk).update(slug=public_id().lower().replace("0", "a"))


def test_a_taken_name_is_refused_and_nothing_is_written(noon, link, other):
    rename(link=link, slug="honey-of-lin")

    with pytest.raises(SlugTaken):
        rename(link=other, slug="honey-of-lin")
    other.refresh_from_db()
    assert other.slug is None


def test_a_freed_name_leads_home_and_is_nobody_elses_for_thirty_days(noon, link, other):
    rename(link=link, slug="honey-of-lin")
    rename(link=link, slug="")

    found = links.resolve("honey-of-lin")
    assert found is not None
    assert found.link_id == link.pk
    with clock.stopped_at(NOON + MONTH - timedelta(seconds=1)), pytest.raises(SlugTaken):
        rename(link=other, slug="honey-of-lin")

    cache.clear()  # half a minute passes
    nearby.forget_all()
    with clock.stopped_at(NOON + MONTH):
        assert links.resolve("honey-of-lin") is None
        assert rename(link=other, slug="honey-of-lin").slug == "honey-of-lin"
    assert not FormerSlug.objects.exists()


def test_ones_own_former_name_can_be_taken_back(noon, link):
    rename(link=link, slug="honey-one")
    rename(link=link, slug="honey-two")

    assert rename(link=link, slug="honey-one").slug == "honey-one"
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["honey-two"]


def test_giving_the_same_name_again_changes_nothing(noon, link):
    rename(link=link, slug="honey-one")
    rename(link=link, slug="HONEY-ONE")

    assert not FormerSlug.objects.exists()


def test_five_names_a_month_are_given_up_and_no_sixth(noon, link):
    for number in range(6):
        rename(link=link, slug=f"honey-{number}")

    with pytest.raises(RenamedTooOften):
        rename(link=link, slug="honey-6")
    link.refresh_from_db()
    assert link.slug == "honey-5"
    with clock.stopped_at(NOON + MONTH):
        assert rename(link=link, slug="honey-6").slug == "honey-6"


def test_an_end_lies_ahead_and_can_be_taken_away(noon, link):
    with pytest.raises(EndIsOver):
        end_at(link=link, at=NOON - timedelta(seconds=61))
    link.refresh_from_db()
    assert link.ends_at is None

    assert end_at(link=link, at=NOON - timedelta(seconds=59)).ends_at == NOON
    assert end_at(link=link, at=NOON + MONTH).ends_at == NOON + MONTH
    assert end_at(link=link, at=None).ends_at is None


def test_a_page_knows_of_a_new_end_at_once(noon, link, django_capture_on_commit_callbacks):
    assert links.resolve(link.code) is not None
    with django_capture_on_commit_callbacks(execute=True):
        end_at(link=link, at=NOON)

    facts = links.resolve(link.code)
    assert facts is not None
    assert facts.has_ended(NOON)
    assert not facts.has_ended(NOON - timedelta(seconds=1))


@pytest.fixture
def many(hill_shop, honey, linwei):
    """Eight links of hers, to eight things."""
    goods = [
        Product.objects.create(shop=hill_shop, title=f"Thing {one}", category=honey.category)
        for one in range(8)
    ]
    return [links.link_for(person=linwei, product=one) for one in goods]


@pytest.mark.django_db(transaction=True)
def test_eight_links_want_one_name_and_one_has_it(many):
    wishes = iter(many)

    outcomes = all_at_once(lambda: rename(link=next(wishes), slug="honey-of-all"), times=8)

    assert [type(one) for one in outcomes].count(SlugTaken) == 7
    assert ShareLink.objects.filter(slug="honey-of-all").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_turn_the_seven_others_break_instead_of_being_refused(many, monkeypatch):
    """The race above is a real one: by themselves all of them find the name free."""
    wishes = iter(many)
    all_have_looked = threading.Barrier(8)
    looked = naming._refuse_taken

    def looked_by_all(*facts):
        looked(*facts)
        all_have_looked.wait(timeout=20)

    monkeypatch.setattr(naming, "one_at_a_time", lambda *names: None)
    monkeypatch.setattr(naming, "_refuse_taken", looked_by_all)
    outcomes = all_at_once(lambda: rename(link=next(wishes), slug="honey-of-all"), times=8)

    assert [type(one) for one in outcomes].count(IntegrityError) == 7
