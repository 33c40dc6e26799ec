"""A link's own name and its end, as its maker asks for them on a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from catalog.models import Product
from referrals import links, naming
from referrals.models import ShareLink
from tests.conftest import NOON


@pytest.fixture
def hers(linwei):
    client = Client(headers={"accept-language": "en"})
    client.force_login(linwei)
    return client


def path_of(link) -> str:
    return f"/me/links/{link.code}/settings"


def page_of(answer):
    return answer.content.decode()


def test_a_name_and_a_last_day_are_taken(noon, hers, link):
    answer = hers.post(path_of(link), {"slug": " Lins-Honey ", "last_day": "2026-11-30"})

    assert answer["Location"] == f"/me/links/{link.code}"
    link.refresh_from_db()
    assert link.slug == "lins-honey"
    assert link.ends_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    page = page_of(hers.get(path_of(link)))
    assert 'value="lins-honey"' in page
    assert 'value="2026-11-30"' in page


def test_both_can_be_taken_away_again(noon, hers, link):
    hers.post(path_of(link), {"slug": "lins-honey", "last_day": "2026-11-30"})
    hers.post(path_of(link), {"slug": "", "last_day": ""})

    link.refresh_from_db()
    assert (link.slug, link.ends_at) == (None, None)


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("ab", "Use 3 to 40 small letters"),
        ("7kq2m9xadf", "Use 3 to 40 small letters"),
        ("蜂蜜-店", "Use 3 to 40 small letters"),
        ("a b-c", "Use 3 to 40 small letters"),
        ("-honey-", "Use 3 to 40 small letters"),
        ("x" * 41, "40 characters"),
        ("checkout", "This word belongs to the house"),
        ("hao-honey", "Somebody else&#x27;s link has this name"),
        ("a\x00-b", "Null characters are not allowed"),
    ],
)
def test_a_name_that_cannot_be_says_so_beside_it(noon, hers, link, wulan, honey, slug, words):
    naming.rename(link=links.link_for(person=wulan, product=honey), slug="hao-honey")

    answer = hers.post(path_of(link), {"slug": slug, "last_day": "2026-11-30"})

    assert answer.status_code == 422
    assert words in page_of(answer)
    link.refresh_from_db()
    assert (link.slug, link.ends_at) == (None, None)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-21", "This day is over"),
        ("0001-01-01", "This day is over"),
        ("2026-02-30", "Enter a valid date"),
        ("tomorrow", "Enter a valid date"),
        ("٢٠٢٦-١١-٣٠x", "Enter a valid date"),
    ],
)
def test_a_day_that_cannot_be_says_so_and_changes_nothing(noon, hers, link, day, words):
    answer = hers.post(path_of(link), {"slug": "lins-honey", "last_day": day})

    assert answer.status_code == 422
    assert words in page_of(answer)
    assert "lins-honey" in page_of(answer)
    link.refresh_from_db()
    assert (link.slug, link.ends_at) == (None, None)


def test_the_last_day_there_is_may_be_chosen(noon, hers, link):
    assert hers.post(path_of(link), {"slug": "", "last_day": "9999-12-31"}).status_code == 302


def test_today_may_be_the_last_day(noon, hers, link):
    assert hers.post(path_of(link), {"last_day": "2026-11-22"}).status_code == 302
    link.refresh_from_db()
    assert link.ends_at == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_an_end_that_is_over_stays_while_the_name_is_changed(noon, hers, link):
    ShareLink.objects.filter(pk=link.pk).update(ends_at=datetime(2026, 11, 20, 16, 0, tzinfo=UTC))

    answer = hers.post(path_of(link), {"slug": "lins-honey", "last_day": "2026-11-20"})

    assert answer.status_code == 302
    link.refresh_from_db()
    assert link.slug == "lins-honey"
    assert link.ends_at < NOON


def test_an_ended_link_says_so_to_its_maker(noon, hers, link, honey):
    ShareLink.objects.filter(pk=link.pk).update(ends_at=NOON)

    assert "Ended" in page_of(hers.get("/me/links"))
    assert "Ended" in page_of(hers.get(f"/me/links/{link.code}"))
    sheet = page_of(hers.get(f"/p/{honey.public_id}/share"))
    assert "Your link has ended" in sheet
    assert "You earn" not in sheet
    assert "I may earn" not in sheet


def test_the_name_stands_in_every_address_but_on_the_poster(noon, hers, link, honey):
    naming.rename(link=link, slug="lins-honey")

    sheet = page_of(hers.get(f"/p/{honey.public_id}/share"))
    kit = page_of(hers.get(f"/p/{honey.public_id}/share/kit"))

    assert 'value="http://localhost:8000/s/lins-honey"' in sheet
    assert "http://localhost:8000/s/lins-honey?c=telegram" in kit
    assert Product.objects.get(pk=honey.pk).share_links.count() == 1
