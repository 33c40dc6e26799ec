"""The desk for doubted commissions: who sees it, what it shows, and what each press does."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from kit import clock
from payments import holds
from people.models import Person, StaffRole
from referrals import commissions, links
from referrals.models import Commission, Review
from tests.conftest import NOON
from tests.passkeys import sign_in_twice
from tests.referrals.doubt import doubtful, opened, sale, the_review
from tests.referrals.money import complete, pay_in

LISTING = "/desk/commissions"

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def lan(client, wulan):
    """A browser in which Wu Lan, a moderator, is signed in twice, in English."""
    sign_in_twice(client, wulan)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def doubted(link, xiaoyu):
    """¥6.80 of Lin Wei's, paid, received and in review."""
    sold = doubtful(link, xiaoyu, lines=[("L1", 6800)])
    pay_in()
    commissions.paid(line_key="L1", at=NOON)
    complete("L1")
    return sold


def text_of(answer) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def path_of(review: Review) -> str:
    return f"{LISTING}/{review.pk}"


def test_strangers_sign_in_and_others_find_no_such_page(client, linwei, doubted):
    for path in (LISTING, path_of(the_review())):
        assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(linwei)
    for path in (LISTING, path_of(the_review())):
        assert client.get(path).status_code == 404
    assert (
        client.post(path_of(the_review()), {"decision": "let_go", "reason": "x"}).status_code == 404
    )
    assert the_review().state == "open"


@pytest.mark.parametrize(
    ("role", "status"), [("moderator", 200), ("finance", 200), ("admin", 200), ("support", 404)]
)
def test_moderators_and_finance_see_it(db, client, role, status):
    person = Person.objects.create_user(name="审", email="role@example.test")
    StaffRole.objects.create(person=person, role=role)
    sign_in_twice(client, person)
    assert client.get(LISTING).status_code == status


def test_empty_lists_say_what_will_stand_there(lan):
    assert "No sale is doubted" in text_of(lan.get(LISTING))
    assert "Nothing was decided yet" in text_of(lan.get(LISTING, {"show": "decided"}))
    assert "Nothing was noted" in text_of(lan.get(LISTING, {"show": "noted"}))
    assert lan.get(LISTING, {"show": "burnt", "page": "9" * 40}).status_code == 200


def test_what_waits_stands_there_with_its_sum_and_its_age(lan, doubted):
    said = text_of(lan.get(LISTING))
    assert "林薇" in said
    assert "秦岭野花土蜂蜜" in said
    assert "¥6.80" in said
    assert "late" not in said
    Review.objects.update(opened_at=NOON - timedelta(days=7, seconds=1))
    assert "late" in text_of(lan.get(LISTING))


def test_the_list_asks_as_much_for_one_as_for_six(lan, link, xiaoyu, django_assert_max_num_queries):
    doubtful(link, xiaoyu)
    with django_assert_max_num_queries(9):
        lan.get(LISTING)
    for _each in range(5):
        doubtful(link, xiaoyu)
    with django_assert_max_num_queries(9):
        lan.get(LISTING)


def test_a_sale_shows_what_the_rules_saw_in_words_and_nobody_who_bought(lan, doubted, xiaoyu):
    said = text_of(lan.get(path_of(the_review())))
    assert "F8: 1 orders from 1 clicks; ordered 2 seconds after the click" in said
    assert "when it was ordered" in said
    assert "¥6.80" in said
    assert xiaoyu.name not in said


def test_letting_go_needs_a_reason_and_keeps_nothing_waiting(lan, wulan, doubted):
    path = path_of(the_review())
    answer = lan.post(path, {"decision": "let_go", "reason": "  "})
    assert answer.status_code == 422
    assert the_review().state == "open"

    answer = lan.post(path, {"decision": "let_go", "reason": "She paid in the shop."})
    assert answer["Location"] == LISTING
    assert not Commission.objects.filter(in_review=True).exists()
    said = text_of(lan.get(path))
    assert "let go" in said
    assert "She paid in the shop." in said
    assert "What you decide" not in said
    assert "She paid in the shop." in text_of(lan.get(LISTING, {"show": "decided"}))


def test_refusing_tells_the_sharer_why_and_how_to_object(lan, linwei, doubted):
    lan.post(path_of(the_review()), {"decision": "refused", "reason": "One household."})
    assert Commission.objects.get().state == "void"

    reader = Client(headers={"accept-language": "en"})
    reader.force_login(linwei)
    story = text_of(reader.get("/me/earnings/L1"))
    assert "Looked at by a person of the house, and refused: nothing is earned" in story
    assert "Refused" in text_of(reader.get("/me/earnings"))
    notices = text_of(reader.get("/me/notices"))
    assert "¥6.80 is not paid. One household. Are we wrong? Write to us in 14 days." in notices


def test_after_a_decision_the_next_one_is_shown(lan, link, xiaoyu, doubted):
    first = the_review()
    doubtful(link, xiaoyu)
    second = Review.objects.exclude(pk=first.pk).get()
    answer = lan.post(path_of(first), {"decision": "let_go", "reason": "Fine."})
    assert answer["Location"] == path_of(second)
    assert "Fine." in text_of(lan.get(path_of(second)))  # decided about her before


def test_a_second_press_is_told_that_it_was_decided(lan, doubted):
    path = path_of(the_review())
    lan.post(path, {"decision": "refused", "reason": "No."})
    answer = lan.post(path, {"decision": "let_go", "reason": "Yes."})
    assert answer.status_code == 409
    assert "Somebody decided it a moment ago." in text_of(answer)


def test_nobody_decides_on_their_own(client, wulan, honey, xiaoyu):
    from_wulan = links.link_for(person=wulan, product=honey)
    doubtful(from_wulan, xiaoyu)
    sign_in_twice(client, wulan)
    client.cookies["django_language"] = "en"
    path = path_of(the_review())
    assert "Somebody else has to look at it." in text_of(client.get(path))
    answer = client.post(path, {"decision": "let_go", "reason": "Mine."})
    assert answer.status_code == 409
    assert the_review().state == "open"


@pytest.mark.parametrize(
    ("role", "status", "state"),
    [("moderator", 409, "open"), ("finance", 302, "let_go"), ("admin", 302, "let_go")],
)
def test_payouts_are_let_go_only_by_who_answers_for_money(client, linwei, role, status, state):
    hold = holds.place(person=linwei, reason="suspicion")
    review = Review.objects.create(person=linwei, payout_hold=hold)
    person = Person.objects.create_user(name="审", email="role@example.test")
    StaffRole.objects.create(person=person, role=role)
    sign_in_twice(client, person)
    client.cookies["django_language"] = "en"

    page = text_of(client.get(path_of(review)))
    assert ("Somebody else has to look at it." in page) is (state == "open")
    assert "You earn by this sale" not in page
    answer = client.post(path_of(review), {"decision": "let_go", "reason": "I asked."})
    assert answer.status_code == status
    assert the_review().state == state
    assert holds.live_holds(linwei).exists() is (state == "open")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"decision": "burn", "reason": "x"},
        {"decision": "let_go"},
        {"decision": "let_go", "reason": "x" * 201},
        {"decision": "let_go", "reason": "\x00"},
        {"decision": ["refused"], "reason": "\u200b"},
        {"decision": "refused", "reason": "字" * 10**5},
    ],
)
def test_what_cannot_be_read_changes_nothing(lan, doubted, sent):
    answer = lan.post(path_of(the_review()), sent)
    assert answer.status_code == 422
    assert the_review().state == "open"
    assert Commission.objects.get().in_review


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 40, "-1", "１", "x"])
def test_a_review_that_is_not_there_is_not_found(lan, pk):
    assert lan.get(f"{LISTING}/{pk}").status_code == 404


def test_other_methods_are_refused(lan, doubted):
    assert lan.post(LISTING).status_code == 405
    assert lan.delete(path_of(the_review())).status_code == 405


def test_what_was_only_noted_stands_in_a_list_of_its_own(lan, link, linwei, xiaoyu):
    opened(link, kind="self", visitor="v", ago=timedelta(hours=3))
    touch = opened(link, kind="human", visitor="v", ago=timedelta(hours=2))
    sold = sale(link, xiaoyu, touch=touch)
    said = text_of(lan.get(LISTING, {"show": "noted"}))
    assert "F4: Sent to a door of the sharer's: no. From their own browser: yes." in said
    assert sold.order_key in said
    assert "No sale is doubted" in text_of(lan.get(LISTING))


def test_the_pages_speak_chinese(lan, doubted):
    lan.cookies["django_language"] = "zh-hans"
    assert "佣金核查" in text_of(lan.get(LISTING))
    said = text_of(lan.get(path_of(the_review())))
    assert "规则看到了什么" in said
    assert "点击后 2 秒下单" in said
    assert clock.now() == NOON
