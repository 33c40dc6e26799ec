"""Joining: one account an address, and one person a phone number."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.joining import PhoneTaken, join, prove_phone, suggest_name
from people.models import Person
from tests.races import together

PHONE = "+8613800138000"


def test_an_address_leads_to_its_account_whatever_its_capitals(linwei):
    assert join(email="LinWei@example.test", language="en") == (linwei, False)


def test_one_address_in_two_spellings_is_still_one_address(linwei):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user(name="林薇", email="LINWEI@example.test")
    assert Person.objects.count() == 1


def test_an_address_is_looked_up_in_an_index(linwei):
    with CaptureQueriesContext(connection) as asked:
        join(email=linwei.email, language="en")
    lookup = next(query["sql"] for query in asked if "UPPER" in query["sql"])

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # four people are quicker read in full
        cursor.execute("SET LOCAL enable_indexscan = on")
        cursor.execute("EXPLAIN " + lookup.replace('ORDER BY "people_person"."id" ASC', ""))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "one_person_an_address" in plan


def test_a_proven_phone_is_written_down_with_its_moment(linwei, noon):
    prove_phone(person=linwei, phone=PHONE)

    linwei.refresh_from_db()
    assert (linwei.phone, linwei.phone_verified_at) == (PHONE, noon)


def test_a_number_that_is_somebodys_is_refused_and_nothing_is_written(linwei, xiaoyu):
    prove_phone(person=linwei, phone=PHONE)

    with pytest.raises(PhoneTaken):
        prove_phone(person=xiaoyu, phone=PHONE)

    assert (xiaoyu.phone, xiaoyu.phone_verified_at) == (None, None)
    xiaoyu.refresh_from_db()
    assert (xiaoyu.phone, xiaoyu.phone_verified_at) == (None, None)
    linwei.refresh_from_db()
    assert linwei.phone == PHONE


@pytest.mark.django_db(transaction=True)
def test_of_two_whose_codes_come_back_at_once_one_is_told_who_was_faster(settings, linwei, xiaoyu):
    settings.ACCOUNT_RATE_LIMITS = False  # else the second code is sent half a minute later
    for _round in range(3):
        doors = [about_to_prove(person) for person in (linwei, xiaoyu)]

        answers = together(*doors)

        assert sorted(answers) in ([302, 409], [302, 422])
        assert Person.objects.filter(phone=PHONE).count() == 1
        Person.objects.update(phone=None, phone_verified_at=None)


def about_to_prove(person: Person) -> Callable[[], int]:
    browser = Client()
    browser.force_login(person)
    browser.post("/accounts/phone/change/", {"phone": PHONE})
    (code,) = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))
    return lambda: browser.post("/accounts/phone/verify/", {"code": code}).status_code


@pytest.mark.django_db(transaction=True)
def test_of_two_who_prove_one_number_at_once_one_has_it(linwei, xiaoyu):
    for _round in range(5):
        outcomes = together(
            lambda: prove_phone(person=linwei, phone=PHONE),
            lambda: prove_phone(person=xiaoyu, phone=PHONE),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "PhoneTaken"]
        assert Person.objects.filter(phone=PHONE).count() == 1
        Person.objects.update(phone=None)


@pytest.mark.django_db(transaction=True)
def test_who_joins_with_a_number_as_another_proves_it_finds_that_account(linwei):
    for _round in range(5):
        joined, proven = together(
            lambda: join(phone=PHONE, language="en"),
            lambda: prove_phone(person=linwei, phone=PHONE),
        )
        person, is_new = joined
        assert is_new == isinstance(proven, PhoneTaken)
        assert Person.objects.get(phone=PHONE) == person
        Person.objects.exclude(pk=linwei.pk).delete()
        Person.objects.update(phone=None)


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("lin.wei@example.test", "Lin Wei"),
        ("lin_wei+shop@example.test", "Lin Wei"),
        ("88@example.test", "New friend"),
        ("x" * 60 + "@example.test", "X" + "x" * 39),
    ],
)
def test_a_name_is_suggested_from_the_address(settings, email, name):
    settings.LANGUAGE_CODE = "en"

    assert suggest_name(email=email) == name
