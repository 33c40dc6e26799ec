"""A shop opens whole, at an address nobody else has and the house does not need."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import IntegrityError, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import AuditEvent
from kit.invariants import check
from shops.handles import RESERVED, is_reserved
from shops.invariants import INVARIANTS
from shops.models import HANDLE_PATTERN, Membership, Shop, Terms
from shops.opening import HandleTaken, open_shop, suggest_handle
from tests.races import all_at_once

OPEN = {"name": "晓雨的小店", "handle": "xiaoyu", "theme": "plum"}


def test_a_shop_opens_with_owner_terms_and_a_line_in_the_audit(linwei):
    shop = open_shop(owner=linwei, **OPEN)

    assert (shop.state, shop.trusted_at, shop.currency) == ("open", None, "CNY")
    assert Membership.objects.get(shop=shop).role == "owner"
    terms = Terms.objects.get(shop=shop)
    assert (terms.commission_bp, terms.attribution_days, terms.return_days) == (1000, 15, 7)
    assert AuditEvent.objects.get().act == "shop.opened"
    assert [found.broken for found in check(INVARIANTS)] == [0, 0]


@pytest.mark.parametrize("handle", ["bag", "shop", "weidian", "xn--80ak6aa92e", "shanli"])
def test_a_taken_address_opens_nothing(linwei, hill_shop, handle):
    with pytest.raises(HandleTaken):
        open_shop(owner=linwei, **OPEN | {"handle": handle})

    assert not Shop.objects.filter(owner=linwei).exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "handle", ["ab", "-abc", "abc-", "a" * 31, "Abc", "аbc", "a b c", "a_bc", ""]
)
def test_the_database_refuses_an_address_nobody_could_type(linwei, handle):
    with pytest.raises(Exception, match=r"handle_is_small|too long"), transaction.atomic():
        open_shop(owner=linwei, **OPEN | {"handle": handle})

    assert not Shop.objects.exists()


def test_a_shop_without_a_name_is_refused_for_what_it_is(linwei):
    with pytest.raises(IntegrityError, match="shop_has_a_name"):
        open_shop(owner=linwei, **OPEN | {"name": ""})


@pytest.mark.django_db(transaction=True)
def test_eight_vendors_want_one_address_and_one_gets_it(linwei):
    outcomes = all_at_once(lambda: open_shop(owner=linwei, **OPEN), times=8)

    assert [type(one) for one in outcomes].count(HandleTaken) == 7
    assert Shop.objects.count() == Membership.objects.count() == Terms.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "handle"), [("Grace Lin", "grace-lin"), ("Café  Olé!", "cafe-ole"), ("_Ann_", "ann")]
)
def test_a_latin_name_suggests_itself(db, name, handle):
    assert suggest_handle(name) == handle


@pytest.mark.parametrize(
    "name",
    ["晓雨的小店", "", "!!", "ab", "Bag", "shop", "山里" * 40, "xn__80ak6aa92e", "a" * 23 + "_-b"],
)
def test_any_name_suggests_an_address_that_is_free(db, name):
    suggested = suggest_handle(name)

    assert re.match(HANDLE_PATTERN, suggested)
    assert not is_reserved(suggested)


def test_a_taken_name_suggests_another(hill_shop):
    suggested = suggest_handle("Shanli")

    assert suggested != "shanli"
    assert suggested.startswith("shanli-")
    assert re.match(HANDLE_PATTERN, suggested)


def first_words(patterns, before=""):
    """Every first word an address of the house begins with."""
    for pattern in patterns:
        written = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from first_words(pattern.url_patterns, written)
        elif isinstance(pattern, URLPattern):
            yield re.split(r"[/.?(\\$]", written.lstrip("^"))[0]


def test_no_shop_can_take_a_word_the_house_answers_to():
    words = {word for word in first_words(get_resolver().url_patterns) if word and "<" not in word}

    assert {"bag", "shop", "open", "p"} <= words
    assert {word for word in words if not is_reserved(word)} == set()


def test_reserved_words_are_written_as_handles_are():
    assert {word for word in RESERVED if word != word.lower()} == set()


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_two_would_be_promised_one_address(linwei):
    """The control: who asks first and writes later is told twice that the address is free."""
    both_have_asked = threading.Barrier(2)

    def ask_first():
        is_free = not Shop.objects.filter(handle=OPEN["handle"]).exists()
        both_have_asked.wait(timeout=20)
        if is_free:
            open_shop(owner=linwei, **OPEN)
        return is_free

    outcomes = all_at_once(ask_first, times=2)

    assert sorted(type(one).__name__ for one in outcomes) == ["HandleTaken", "bool"]
    assert Shop.objects.count() == 1
