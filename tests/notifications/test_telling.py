"""Telling: once for ever, with the fact, in the reader's language."""

import pytest
from django.db import transaction

from notifications.models import Letter, Notice
from notifications.telling import News, tell, tell_many, write_to
from people.models import Person
from tests.races import all_at_once


def tell_shipped(person: Person, key: str = "order:1:shipped") -> bool:
    return tell(
        person_id=person.pk,
        kind="order_shipped",
        key=key,
        data={"order": "AB12", "shop": "山里的小店"},
        path="/me/orders",
    )


def test_a_person_is_told_in_the_inbox_and_by_mail(linwei):
    assert tell_shipped(linwei) is True

    notice, letter = Notice.objects.get(), Letter.objects.get()
    assert (notice.person, notice.kind, notice.path) == (linwei, "order_shipped", "/me/orders")
    assert (letter.channel, letter.address) == ("email", "linwei@example.test")
    assert (letter.language, letter.path, letter.data) == ("zh-hans", "/me/orders", notice.data)


def test_the_same_fact_is_told_once(linwei):
    tell_shipped(linwei)

    assert tell_shipped(linwei) is False
    assert (Notice.objects.count(), Letter.objects.count()) == (1, 1)


def test_the_same_fact_is_told_to_each_person(linwei, xiaoyu):
    assert (tell_shipped(linwei), tell_shipped(xiaoyu)) == (True, True)
    assert Notice.objects.count() == 2


def test_who_has_only_a_phone_is_told_by_sms(db):
    ayi = Person.objects.create_user(name="阿姨", phone="+8613800138000", language="en")

    tell_shipped(ayi)

    letter = Letter.objects.get()
    assert (letter.channel, letter.address, letter.language) == ("sms", "+8613800138000", "en")


def test_a_small_kind_has_no_letter(linwei):
    tell(person_id=linwei.pk, kind="friend_request", key="1", data={"person": "小雨"})

    assert Notice.objects.count() == 1
    assert not Letter.objects.exists()


def test_an_erased_account_gets_no_letter(db):
    nobody = Person.objects.create_user(name="-")

    assert tell_shipped(nobody) is True
    assert not Letter.objects.exists()


def test_a_guest_is_written_to_once(db):
    def write() -> bool:
        return write_to(
            address="guest@example.test",
            channel="email",
            language="en",
            kind="order_placed",
            key="order:1:placed",
            data={"shop": "Hills", "amount_minor": 6800, "currency": "CNY"},
            path="/o/abc",
        )

    assert (write(), write()) == (True, False)
    assert Letter.objects.get().address == "guest@example.test"
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kind", ["", "nonsense"])
def test_an_unknown_kind_is_refused_before_anything_is_written(linwei, kind):
    with pytest.raises(KeyError):
        tell(person_id=linwei.pk, kind=kind, key="1", data={})
    with pytest.raises(KeyError):
        write_to(address="a@b.test", channel="email", language="en", kind=kind, key="1", data={})
    assert not Notice.objects.exists()
    assert not Letter.objects.exists()


def test_what_did_not_happen_is_not_told(linwei):
    with transaction.atomic():
        tell_shipped(linwei)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()
    assert not Letter.objects.exists()


def test_sending_is_queued_once_the_fact_is_sure(linwei, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as queued:
        tell_shipped(linwei)
        tell(person_id=linwei.pk, kind="friend_request", key="1", data={"person": "小雨"})

    assert len(queued) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_who_tell_the_same_at_once_tell_it_once(linwei):
    outcomes = all_at_once(lambda: tell_shipped(linwei), times=8)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert (Notice.objects.count(), Letter.objects.count()) == (1, 1)


def shipped(person: Person, key: str = "order:1:shipped", kind: str = "order_shipped") -> News:
    data = {"order": "AB12", "shop": "山里的小店"}
    return News(person.pk, kind, key, data, "/me/orders")


def test_many_are_told_as_one_is(linwei, db, django_assert_max_num_queries):
    ayi = Person.objects.create_user(name="阿姨", phone="+8613800138000", language="en")
    gone = Person.objects.create(name="")
    news = [shipped(linwei), shipped(ayi), shipped(gone), shipped(linwei, kind="commission_held")]
    news += [shipped(linwei, key=f"order:{number}") for number in range(50)]

    with django_assert_max_num_queries(8):
        tell_many(news)

    assert (Notice.objects.count(), Letter.objects.count()) == (54, 52)
    assert Letter.objects.get(channel="sms").address == "+8613800138000"
    one = Notice.objects.get(key=f"order_shipped:{ayi.pk}:order:1:shipped")
    assert (one.path, one.data["order"]) == ("/me/orders", "AB12")


def test_many_are_told_once_whoever_told_before(linwei, xiaoyu):
    tell_shipped(linwei)

    for _ in range(2):
        tell_many([shipped(linwei), shipped(xiaoyu), shipped(xiaoyu)])
    assert tell_shipped(xiaoyu) is False
    assert (Notice.objects.count(), Letter.objects.count()) == (2, 2)


def test_nothing_to_tell_tells_nothing(db):
    tell_many([])
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_who_tell_many_at_once_tell_each_once(linwei, xiaoyu):
    news = [shipped(linwei), shipped(xiaoyu)]

    assert all_at_once(lambda: tell_many(news), times=8) == [None] * 8
    assert (Notice.objects.count(), Letter.objects.count()) == (2, 2)
