"""A circle's pages: who sees what, and what each door answers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people import circle_places, circles, friendships
from people.circle_places import ask
from people.circle_reading import asking, circles_of
from people.models import Circle, CircleMember, Person
from people.views import hosting
from tests.people import streets
from tests.people.circles import circle_of, in_it, state_of


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def lin(linwei) -> Client:
    return signed_in(linwei)


@pytest.fixture
def yu(xiaoyu) -> Client:
    return signed_in(xiaoyu)


def at(circle: Circle, act: str = "") -> str:
    return f"/circles/{circle.public_id}" + (f"/{act}" if act else "")


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


SAID = {"name": "晨跑团", "words": "周六七点", "seen_by": "members", "may_ask": "on"}


def test_a_circle_is_opened_in_one_form_and_its_link_is_next(lin, linwei):
    answer = lin.post("/me/circles/new", SAID, follow=True)

    circle = Circle.objects.get()
    assert (circle.name, circle.words, circle.host) == ("晨跑团", "周六七点", linwei)
    assert f"/c/{circle.invite_code}" in answer.content.decode()
    assert "晨跑团" in read(lin, "/me/circles")


@pytest.mark.parametrize(
    "field",
    [
        {"name": ""},
        {"name": "a" * 41},
        {"name": "\x00"},
        {"name": "\u200b"},
        {"words": "a" * 401},
        {"seen_by": "nobody"},
        {"seen_by": ""},
    ],
)
def test_what_cannot_be_a_circle_is_said_beside_the_field(lin, field):
    answer = lin.post("/me/circles/new", {**SAID, **field})

    (name,) = field
    assert answer.status_code == 422
    assert f'href="#id_{name}' in answer.content.decode()
    assert not Circle.objects.exists()


def test_too_many_circles_are_refused_with_a_way_on(lin, linwei, monkeypatch):
    circle_of(linwei, name="a")
    monkeypatch.setattr(circles, "MOST_HOSTED", 1)

    answer = lin.post("/me/circles/new", SAID)

    assert answer.status_code == 409
    assert "/me/circles" in answer.content.decode()
    assert Circle.objects.count() == 1


def test_a_circle_for_members_is_no_page_for_anybody_else(client, lin, yu, linwei):
    circle = circle_of(linwei)

    assert "晨跑团" in read(lin, at(circle))
    for stranger in (yu, client):
        assert stranger.get(at(circle)).status_code == 404
        assert stranger.post(at(circle, "ask")).status_code in {302, 404}
    assert in_it(circle) == {linwei}


def test_a_circle_open_to_see_names_its_host_and_nobody_else(client, yu, linwei, chen):
    circle = circle_of(linwei, chen, seen_by="everyone", words="晨跑")

    for page in (read(client, at(circle)), read(yu, at(circle))):
        assert "林薇" in page
        assert "晨跑" in page
        assert "陈姐" not in page
    assert "2 people in it" in read(yu, at(circle))
    assert yu.get(at(circle, "people")).status_code == 404


def test_who_has_the_link_comes_in_with_one_button(client, yu, linwei, xiaoyu):
    circle = circle_of(linwei)
    link = f"/c/{circle.invite_code}"

    page = client.get(link, headers={"accept-language": "en"}).content.decode()
    assert f"/accounts/login/?next={link}" in page
    assert f'action="{link}/join"' in read(yu, link)
    answer = yu.post(f"{link}/join")

    assert (answer.status_code, answer["Location"]) == (302, at(circle))
    assert in_it(circle) == {linwei, xiaoyu}
    assert yu.get(link)["Location"] == at(circle)


def test_an_old_link_a_closed_circle_and_a_block_lead_nowhere(yu, linwei, xiaoyu, chen):
    old = circle_of(linwei, name="a")
    code = old.invite_code
    circles.renew_invitation(circle=old, host=linwei)
    closed, blocked = circle_of(linwei, name="b"), circle_of(chen, name="c")
    circles.close(circle=closed, host=linwei)
    friendships.block(blocker=chen, blocked=xiaoyu)

    for dead in (code, closed.invite_code, blocked.invite_code, "ZZZZZZZZZZ"):
        assert yu.get(f"/c/{dead}").status_code == 404
        assert yu.post(f"/c/{dead}/join").status_code == 404
    assert not CircleMember.objects.filter(person=xiaoyu).exists()


def test_who_asks_keeps_their_words_when_they_are_too_long(yu, linwei, xiaoyu):
    circle = circle_of(linwei, seen_by="everyone")

    answer = yu.post(at(circle, "ask"), {"words": "长" * 101})

    assert answer.status_code == 422
    assert "长" * 101 in answer.content.decode()
    assert not CircleMember.objects.filter(person=xiaoyu).exists()


def test_the_host_reads_who_asks_and_lets_in_or_not(lin, yu, linwei, xiaoyu, chen):
    circle = circle_of(linwei, seen_by="everyone")
    yu.post(at(circle, "ask"), {"words": "我是晓雨"})
    ask(circle=circle, person=chen, words="")

    page = read(lin, at(circle, "people"))
    assert "我是晓雨" in page
    lin.post(at(circle, f"people/{xiaoyu.public_id}/accept"))
    lin.post(at(circle, f"people/{chen.public_id}/decline"))

    assert in_it(circle) == {linwei, xiaoyu}
    assert "You asked to come in" in read(signed_in(chen), at(circle))
    assert "晨跑团" in read(signed_in(chen), "/me/circles")
    again = lin.post(at(circle, f"people/{chen.public_id}/accept"))
    assert again.status_code == 409


def test_members_read_who_is_in_it_without_the_hosts_buttons(yu, linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    page = read(yu, at(circle, "people"))

    assert "林薇" in page
    assert circle.invite_code not in page
    assert "Send away" not in page


@pytest.mark.parametrize("act", ["accept", "decline", "remove", "offer"])
def test_the_hosts_doors_are_the_hosts(client, yu, linwei, xiaoyu, chen, act):
    circle = circle_of(linwei, xiaoyu, chen)
    path = at(circle, f"people/{chen.public_id}/{act}")

    assert yu.post(path).status_code == 404
    assert client.post(path).status_code == 302
    assert yu.get(path).status_code == 405
    assert signed_in(linwei).post(at(circle, f"people/ZZZZZZZZZZ/{act}")).status_code == 404
    assert state_of(circle, chen) == "member"


@pytest.mark.parametrize("act", ["edit", "close", "link"])
def test_only_the_host_changes_a_circle(yu, linwei, xiaoyu, act):
    circle = circle_of(linwei, xiaoyu)

    assert yu.post(at(circle, act), SAID).status_code == 404
    circle.refresh_from_db()
    assert (circle.name, circle.state, circle.words) == ("晨跑团", "open", "")


def test_a_host_says_anew_what_it_is_and_closes_it_after_being_asked(lin, yu, linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    lin.post(at(circle, "edit"), {**SAID, "name": "夜跑团", "seen_by": "everyone"})
    assert "夜跑团" in read(yu, at(circle))
    assert "Close 夜跑团 for everybody?" in read(lin, at(circle, "close"))
    lin.post(at(circle, "close"))

    circle.refresh_from_db()
    assert circle.state == "closed"
    assert "closed" in read(yu, at(circle))
    assert circles_of(xiaoyu.pk) == []
    assert lin.get(at(circle, "edit")).status_code == 404


@pytest.mark.parametrize(
    "act", ["edit", "close", "link", "people/{who}/accept", "people/{who}/decline"]
)
def test_who_handed_the_circle_over_meanwhile_finds_no_such_page(
    lin, linwei, xiaoyu, chen, monkeypatch, act
):
    circle = circle_of(linwei, xiaoyu)
    ask(circle=circle, person=chen, words="")
    reads = hosting._hosted

    def read_and_hand_over(request, public_id):
        found = reads(request, public_id)
        circles.offer_place(circle=found, host=linwei, member_id=xiaoyu.pk)
        circles.take_place(circle=found, person=xiaoyu)
        return found

    monkeypatch.setattr(hosting, "_hosted", read_and_hand_over)

    answer = lin.post(at(circle, act.format(who=chen.public_id)), SAID | {"words": "x"})

    assert answer.status_code == 404
    now = Circle.objects.get()
    assert (now.host, now.state, now.words) == (xiaoyu, "open", "")
    assert now.invite_code == circle.invite_code
    assert state_of(circle, chen) == "asked"


def test_the_host_reads_of_fifty_who_ask_and_then_of_the_next(linwei):
    circle = circle_of(linwei)
    crowd = streets.people(51, joined_at=linwei.joined_at)
    CircleMember.objects.bulk_create(
        CircleMember(circle=circle, person_id=pk, state="asked") for pk in crowd
    )

    waiting = asking(circle)
    assert len(waiting) == 50
    circle_places.decline(circle=circle, host=linwei, person_id=waiting[0].person_id)

    assert len(asking(circle)) == 50
    assert waiting[0] not in asking(circle)


def test_the_hosts_place_is_handed_over_on_two_pages(lin, yu, linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    lin.post(at(circle, f"people/{xiaoyu.public_id}/offer"))
    assert "asked to host" in read(lin, at(circle, "people"))
    assert "Will you look after this circle?" in read(yu, at(circle))
    assert "Will you look after this circle?" not in read(lin, at(circle))
    yu.post(at(circle, "take"))

    circle.refresh_from_db()
    assert circle.host == xiaoyu
    assert lin.post(at(circle, "take")).status_code == 404


def test_a_place_not_wanted_is_refused(lin, yu, linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)
    circles.offer_place(circle=circle, host=linwei, member_id=xiaoyu.pk)

    yu.post(at(circle, "refuse"))

    assert "Will you look after" not in read(yu, at(circle))


def test_leaving_is_asked_first_and_a_host_is_told_what_to_do(lin, yu, linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)

    refusal = lin.post(at(circle, "leave"))
    assert refusal.status_code == 409
    assert at(circle, "people") in refusal.content.decode()
    assert "Leave 晨跑团?" in read(yu, at(circle, "leave"))
    assert "come back" in read(yu, at(circle, "leave"))
    yu.post(at(circle, "leave"))
    assert "it closes, and is not opened again" in read(lin, at(circle, "leave"))
    lin.post(at(circle, "leave"))

    circle.refresh_from_db()
    assert circle.state == "closed"


def test_a_full_circle_and_too_many_questions_are_said_in_words(yu, linwei, chen, monkeypatch):
    full = circle_of(linwei, chen, name="a", seen_by="everyone")
    other = circle_of(linwei, name="b", seen_by="everyone")
    monkeypatch.setattr(circles, "MOST_MEMBERS", 2)
    monkeypatch.setattr(circle_places, "MOST_ASKS_A_DAY", 1)

    assert yu.post(f"/c/{full.invite_code}/join").status_code == 409
    assert yu.post(at(full, "ask")).status_code == 302
    enough = yu.post(at(other, "ask"))
    assert (enough.status_code, enough["Retry-After"]) == (429, "86400")
    yu.post(at(full, "withdraw"))
    assert yu.post(at(full, "withdraw")).status_code == 404


def test_two_who_are_blocked_see_each_other_nowhere_in_a_circle(linwei, xiaoyu, chen):
    circle = circle_of(linwei, xiaoyu, chen)
    friendships.block(blocker=xiaoyu, blocked=chen)

    for one, other in ((xiaoyu, chen), (chen, xiaoyu)):
        for path in (at(circle), at(circle, "people")):
            page = read(signed_in(one), path)
            assert other.name not in page
            assert other.public_id not in page
        assert "2 people in it" in read(signed_in(one), at(circle))
    assert "3 people in it" in read(signed_in(linwei), at(circle))


def test_a_member_who_blocks_the_host_reads_of_no_host(linwei, xiaoyu):
    circle = circle_of(linwei, xiaoyu)
    friendships.block(blocker=linwei, blocked=xiaoyu)

    page = read(signed_in(xiaoyu), at(circle))
    assert linwei.name not in page
    assert linwei.public_id not in page
    assert xiaoyu.name not in read(signed_in(linwei), at(circle, "people"))


@pytest.mark.parametrize("path", ["", "people"])
def test_a_circles_pages_ask_no_more_for_more_people(lin, linwei, path):
    circle = circle_of(linwei)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(lin, at(circle, path))
        return len(asked)

    few = queries()
    for number in range(6):
        person = Person.objects.create_user(name=f"p{number}", email=f"p{number}@x.test")
        CircleMember.objects.create(circle=circle, person=person, state="member")
        ask(
            circle=circle,
            person=Person.objects.create_user(name=f"a{number}", email=f"a{number}@x.test"),
            words="",
        )
    assert queries() <= few + 1  # the asking bring their people with them
    assert few <= 14


def test_the_list_of_circles_asks_the_same_for_one_and_for_many(lin, linwei, xiaoyu):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(lin, "/me/circles")
        return len(asked)

    circle_of(linwei, name="0")
    few = queries()
    for number in range(1, 6):
        circle_of(linwei, name=f"{number}")
        ask(circle=circle_of(xiaoyu, name=f"x{number}"), person=linwei, words="")
    assert queries() <= few + 1


@pytest.mark.parametrize("path", ["/me/circles", "/me/circles/new", "/me/privacy", "/me/code"])
def test_pages_of_ones_own_lead_strangers_to_sign_in(client, lin, path):
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    answer = lin.get(path)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
