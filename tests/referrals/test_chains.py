"""Chains of re-shares: kept for provenance, told by consent, and never paid by."""

import ast
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kit.invariants import check
from people.models import Person
from referrals import chains, links
from referrals.invariants import INVARIANTS
from referrals.models import ShareLink
from tests.house.ground import ROOT
from tests.referrals.conftest import BROWSER, order, touch_of


@pytest.fixture
def by_hao(noon, hao, honey, link):
    """Hao came to the honey by Lin Wei's link, and shares it on."""
    return links.link_for(person=hao, product=honey, touches=[touch_of(link)])


@pytest.fixture
def by_xiaoyu(xiaoyu, honey, by_hao):
    """Xiaoyu came by Hao's."""
    return links.link_for(person=xiaoyu, product=honey, touches=[touch_of(by_hao)])


def let_be_named(*them) -> None:
    ShareLink.objects.filter(pk__in=[one.pk for one in them]).update(may_be_named=True)


def test_a_link_remembers_by_whose_its_maker_came(link, by_hao, by_xiaoyu):
    assert (by_xiaoyu.parent, by_hao.parent, link.parent) == (by_hao, link, None)


def test_the_last_of_several_links_is_the_one_that_is_passed_on(noon, hao, xiaoyu, honey, link):
    haos = links.link_for(person=hao, product=honey)
    touches = [touch_of(haos, ago=timedelta(hours=2)), touch_of(link)]

    assert links.link_for(person=xiaoyu, product=honey, touches=touches).parent == link


def test_ones_own_click_and_another_product_pass_nothing_on(noon, hao, honey, hill_shop, link):
    tea = hill_shop.products.create(title="Tea")
    of_tea = links.link_for(person=link.person, product=tea)

    assert links.link_for(person=hao, product=honey, touches=[touch_of(of_tea)]).parent is None
    mine = links.link_for(person=hao, product=tea, touches=[])
    assert links.link_for(person=hao, product=tea, touches=[touch_of(of_tea)]) == mine
    mine.refresh_from_db()
    assert mine.parent is None  # it was made before, and stays as it was made


def test_nobody_is_named_who_did_not_agree(by_hao, by_xiaoyu):
    assert chains.names_through(by_xiaoyu) == ()
    assert links.facts_from(by_xiaoyu).through == ()


def test_who_agreed_is_named_nearest_first(link, by_hao, by_xiaoyu):
    let_be_named(by_hao, link)

    assert chains.names_through(by_xiaoyu) == ("阿浩", "林薇")
    assert chains.names_through(by_hao) == ("林薇",)
    let_be_named(by_hao)
    ShareLink.objects.filter(pk=by_hao.pk).update(may_be_named=False)
    assert chains.names_through(by_xiaoyu) == ("林薇",)  # Hao stays out; the way goes on


def test_the_maker_agrees_on_the_page_of_the_link_and_visitors_read_it(
    client, link, linwei, by_hao
):
    client.cookies["django_language"] = "en"
    client.force_login(linwei)
    path = f"/me/links/{link.code}/settings"
    assert "My name may be shown where friends pass this on" in client.get(path).content.decode()
    client.post(path, {"slug": "", "last_day": "", "may_be_named": "on"})
    client.force_login(by_hao.person)
    assert "You came to it through 林薇" in client.get(f"/me/links/{by_hao.code}").content.decode()
    client.logout()

    client.cookies["django_language"] = "en"
    assert "Came through 林薇" in client.get(f"/s/{by_hao.code}", **BROWSER).content.decode()

    client.force_login(linwei)
    client.post(path, {"slug": "", "last_day": ""})
    assert chains.names_through(by_hao) == ()


def test_a_closed_account_is_named_nowhere(link, by_hao, linwei):
    let_be_named(link)
    Person.objects.filter(pk=linwei.pk).update(is_active=False)

    assert chains.names_through(by_hao) == ()


def test_a_link_that_came_from_nobodys_asks_nothing(link, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert chains.names_through(link) == ()


def test_of_a_long_chain_three_are_named_in_one_statement(
    noon, honey, link, django_assert_num_queries
):
    for number in range(14):
        someone = Person.objects.create_user(name=f"P{number}", email=f"p{number}@a.test")
        link = links.link_for(person=someone, product=honey, touches=[touch_of(link)])
        let_be_named(link)

    with django_assert_num_queries(1):
        assert chains.names_through(link) == ("P12", "P11", "P10")


def test_the_database_refuses_a_circle(link, by_hao):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.filter(pk=link.pk).update(parent=by_hao)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.filter(pk=link.pk).update(parent=link)


def test_an_invariant_sees_a_link_that_came_from_elsewhere(by_hao, hill_shop, honey):
    assert not {finding.name for finding in check(INVARIANTS) if finding.broken}
    tea = hill_shop.products.create(title="Tea")
    ShareLink.objects.filter(pk=by_hao.pk).update(product=tea)

    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert broken == {"referrals.a_reshare_comes_from_anothers_link_to_the_product"}


def test_a_sale_pays_the_last_of_the_chain_alone(hill_shop, chen, by_xiaoyu, link, db):
    buyer = Person.objects.create_user(name="Mei", email="mei@example.test")

    attribution = order(hill_shop, buyer, [touch_of(by_xiaoyu)])

    assert attribution.sharer == by_xiaoyu.person
    assert {one.sharer for one in attribution.commissions.all()} == {by_xiaoyu.person}


# Whatever judges, counts, posts, reverses or pays: none of it may know where a link came from.
OF_PAY = (
    "attribution", "commissions", "earnings", "expecting", "giving", "judging", "releasing",
    "reversing", "rules", "standing", "statement",
)  # fmt: skip
PROVENANCE = {"chains", "parent", "parent_id", "parent_for", "names_through", "reshares", "through"}


@pytest.mark.parametrize("module", OF_PAY)
def test_what_pays_never_reads_where_a_link_came_from(module):
    tree = ast.parse((ROOT / "referrals" / f"{module}.py").read_text())
    words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    words |= {node.arg or "" for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            words |= {alias.name for alias in node.names} | {(node.module or "").split(".")[-1]}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert "parent_id" not in node.value

    assert words.isdisjoint(PROVENANCE)
