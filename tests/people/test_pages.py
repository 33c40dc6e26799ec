"""A person's pages: who sees what, and what each door answers."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from people.friendships import ask, block
from people.models import Block, FriendRequest, Person
from people.standing import Standing, standing
from people.trust import are_friends
from tests.people.test_trust import befriend

MINE = ["/me", "/me/profile", "/me/friends", "/me/notices"]
ACTS = ["ask", "accept", "decline", "withdraw", "end", "block", "unblock"]


@pytest.fixture
def lin(linwei) -> Client:
    client = Client()
    client.force_login(linwei)
    client.cookies["django_language"] = "en"
    return client


def page_of(person: Person, act: str = "") -> str:
    return f"/u/{person.public_id}" + (f"/{act}" if act else "")


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def picture(kind: str = "PNG") -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (400, 300), "#c8361a").save(file, kind)
    file.name = f"me.{kind.lower()}"
    file.seek(0)
    return file


@pytest.mark.parametrize("path", MINE)
def test_ones_own_pages_are_ones_own(client, lin, path):
    assert lin.get(path).status_code == 200
    anonymous = client.get(path)
    assert (anonymous.status_code, anonymous["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("path", MINE)
def test_every_page_of_ones_own_speaks_chinese(lin, path):
    lin.cookies["django_language"] = "zh-hans"

    page = lin.get(path).content.decode()
    assert "<h1" in page
    for english in ("Friends", "Save", "Name", "Notices", "Orders"):
        assert f">{english}<" not in page


def test_a_persons_page_shows_name_and_line_and_nothing_private(client, xiaoyu):
    Person.objects.filter(pk=xiaoyu.pk).update(intro="爱喝茶", phone="+8613800138000")

    page = client.get(page_of(xiaoyu)).content.decode()

    assert "周晓雨" in page
    assert "爱喝茶" in page
    assert xiaoyu.email not in page
    assert "13800138000" not in page
    assert 'content="noindex"' in page


def test_friends_in_common_are_named_to_who_knows_them(lin, linwei, xiaoyu, chen, wulan):
    befriend(linwei, chen)
    befriend(xiaoyu, chen)
    befriend(xiaoyu, wulan)
    assert "in common" not in lin.get(page_of(xiaoyu)).content.decode()
    Person.objects.filter(pk__in=[xiaoyu.pk, chen.pk]).update(named_to_friends_of_friends=True)

    page = lin.get(page_of(xiaoyu)).content.decode()

    assert "1 friend in common" in page
    assert "陈姐" in page
    assert "吴岚" not in page


@pytest.mark.parametrize(
    "public_id", ["0000000000", "zzzzzzzzzz", "short", "IIIIIIIIII", "%00", "林薇"]
)
def test_nobody_is_not_there(lin, public_id):
    assert lin.get(f"/u/{public_id}").status_code in {400, 404}


def test_a_persons_page_leads_to_what_they_say_and_bought(client, lin, linwei, xiaoyu):
    ways = [f'href="{page_of(xiaoyu, to)}"' for to in ("words", "bought")]
    for reader in (client, lin):
        page = reader.get(page_of(xiaoyu)).content.decode()
        assert all(way in page for way in ways)
    for to in ("words", "bought"):
        assert lin.get(page_of(xiaoyu, to)).status_code == 200

    block(blocker=linwei, blocked=xiaoyu)
    page = lin.get(page_of(xiaoyu)).content.decode()
    assert not any(way in page for way in ways)


def test_two_people_become_friends_page_by_page(lin, linwei, xiaoyu):
    assert "Ask to be friends" in lin.get(page_of(xiaoyu, "add")).content.decode()
    lin.post(page_of(xiaoyu, "ask"))
    her = Client()
    her.force_login(xiaoyu)
    assert "林薇" in her.get("/me/friends").content.decode()

    answer = her.post(page_of(linwei, "accept"))

    assert (answer.status_code, answer["Location"]) == (302, "/me/friends")
    assert are_friends(linwei, xiaoyu)
    assert "You are friends." in lin.get(page_of(xiaoyu)).content.decode()


def test_a_request_can_be_taken_back_from_the_toast(lin, linwei, xiaoyu):
    asked = lin.post(page_of(xiaoyu, "ask"), follow=True)

    assert f'action="{page_of(xiaoyu, "withdraw")}"' in asked.content.decode()
    lin.post(page_of(xiaoyu, "withdraw"))
    assert FriendRequest.objects.get().state == "withdrawn"


def test_a_request_that_was_taken_back_cannot_be_accepted(lin, linwei, xiaoyu):
    ask(sender=xiaoyu, receiver=linwei)
    FriendRequest.objects.update(state="withdrawn")

    assert lin.post(page_of(xiaoyu, "accept")).status_code == 409
    assert not are_friends(linwei, xiaoyu)


def test_a_blocked_person_finds_nobody_there(lin, linwei, xiaoyu):
    block(blocker=xiaoyu, blocked=linwei)

    nobody = Person(public_id="0000000000")
    for path in ("", "add", "block"):
        absent, answer = lin.get(page_of(nobody, path)), lin.get(page_of(xiaoyu, path))
        assert (answer.status_code, len(answer.content)) == (404, len(absent.content))
    for act in ("ask", "end", "unblock", "accept"):
        assert lin.post(page_of(xiaoyu, act)).status_code == 404
    assert not FriendRequest.objects.exists()


def test_a_declined_request_is_taken_back_like_any_other(lin, linwei, xiaoyu):
    lin.post(page_of(xiaoyu, "ask"))
    her = Client()
    her.force_login(xiaoyu)
    her.post(page_of(linwei, "decline"))

    page = lin.get(page_of(xiaoyu)).content.decode()
    assert "You asked to be friends." in page
    assert f'action="{page_of(xiaoyu, "withdraw")}"' in lin.get("/me/friends").content.decode()
    assert lin.post(page_of(xiaoyu, "withdraw")).status_code == 302
    assert "Ask to be friends" in lin.get(page_of(xiaoyu)).content.decode()


def test_a_block_asks_first_and_can_be_undone(lin, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    assert "Block 周晓雨?" in lin.get(page_of(xiaoyu, "block")).content.decode()
    assert not Block.objects.exists()

    done = lin.post(page_of(xiaoyu, "block"), follow=True)

    assert f'action="{page_of(xiaoyu, "unblock")}"' in done.content.decode()
    assert not are_friends(linwei, xiaoyu)
    lin.post(page_of(xiaoyu, "unblock"))
    assert not Block.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_every_door_wants_a_signed_in_post_with_its_token(client, lin, xiaoyu, act):
    assert client.post(page_of(xiaoyu, act)).status_code == 302
    assert client.post(page_of(xiaoyu, act))["Location"].startswith("/accounts/login/")
    if act != "block":
        assert lin.get(page_of(xiaoyu, act)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(xiaoyu)
    assert strict.post(page_of(xiaoyu, act)).status_code == 403
    assert not FriendRequest.objects.exists()
    assert not Block.objects.exists()


@pytest.mark.parametrize("act", ["accept", "decline", "withdraw"])
def test_an_answer_to_nothing_is_not_found(lin, xiaoyu, act):
    assert lin.post(page_of(xiaoyu, act)).status_code == 404


def test_ones_own_page_has_no_doors(lin, linwei):
    assert "Block" not in lin.get(page_of(linwei)).content.decode()
    assert lin.post(page_of(linwei, "ask")).status_code == 404
    assert lin.post(page_of(linwei, "block")).status_code == 404


@pytest.mark.parametrize(
    "who",
    ["xiaoyu@example.test", "XIAOYU@example.test ", "nobody@example.test", "13800138000",
     "linwei@example.test"],
)  # fmt: skip
def test_finding_by_address_always_says_the_same(lin, linwei, xiaoyu, who):
    answer = lin.post("/me/friends", {"who": who}, follow=True)

    page = answer.content.decode()
    assert "If they are here, they will see your request." in page
    assert "周晓雨" not in page
    assert standing(viewer=linwei, other=xiaoyu) == Standing.STRANGERS


@pytest.mark.parametrize("ending", ["", "/add", "/add?from=qr", "/"])
def test_a_profile_link_leads_to_its_page(lin, xiaoyu, ending):
    answer = lin.post("/me/friends", {"who": f"https://shop.example{page_of(xiaoyu)}{ending}"})

    assert answer["Location"] == page_of(xiaoyu)


@pytest.mark.parametrize(
    "who",
    ["", " ", "\u200b", "linwei", "a@b", "@", "12", "+00", "\x00", "x" * 10**6, "🙂", "1" * 40],
)
def test_what_is_nobodys_address_is_said_beside_the_field(lin, who):
    answer = lin.post("/me/friends", {"who": who})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not FriendRequest.objects.exists()


def test_the_page_of_friends_asks_the_same_few_questions_with_1_and_with_20(lin, linwei):
    def meet(number: int) -> None:
        friend, asking, asked = (
            Person.objects.create_user(name=f"{way}{number}", email=f"{way}{number}@x.test")
            for way in "abc"
        )
        befriend(linwei, friend)
        ask(sender=asking, receiver=linwei)
        ask(sender=linwei, receiver=asked)

    meet(0)
    with_one = queries_of(lin, "/me/friends")
    for number in range(1, 20):
        meet(number)

    assert queries_of(lin, "/me/friends") == with_one


def test_ones_code_is_drawn_and_readable_without_colours(lin, linwei):
    page = lin.get("/me/code").content.decode()

    assert "/me/code" in lin.get("/me/friends").content.decode()
    assert "<svg" in page
    assert f"/u/{linwei.public_id}/add" in page


def test_a_profile_is_changed_and_nothing_else(lin, linwei):
    answer = lin.post(
        "/me/profile",
        {"name": " 林 薇\u200b ", "intro": "{{7*7}}<svg onload=alert(1)>", "language": "en",
         "is_staff": "1", "is_superuser": "on", "email": "x@y.test", "id": "2", "avatar": "../x"},
    )  # fmt: skip

    assert answer.status_code == 302
    linwei.refresh_from_db()
    assert (linwei.name, linwei.intro, linwei.language) == (
        "林 薇", "{{7*7}}<svg onload=alert(1)>", "en",
    )  # fmt: skip
    assert (linwei.is_staff, linwei.is_superuser, linwei.email) == (
        False, False, "linwei@example.test",
    )  # fmt: skip
    assert linwei.avatar == ""
    shown = lin.get(page_of(linwei)).content.decode()
    assert "{{7*7}}&lt;svg onload=alert(1)&gt;" in shown


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": " \u00a0\u200b"}, {"name": "\u3164"}, {"name": "x" * 41},
     {"name": "\u200d\u200d"}, {"name": "\ufe0f"}, {"name": "\u0301"},
     {"name": "\x00"}, {"intro": "x" * 121}, {"language": "xx"}, {"language": ""},
     {"name": "x" * 10**6}],
)  # fmt: skip
def test_a_profile_that_needs_mending_keeps_its_input(lin, linwei, wrong):
    answer = lin.post(
        "/me/profile", {"name": "新名字", "intro": "一句话", "language": "en", **wrong}
    )

    assert answer.status_code == 422
    linwei.refresh_from_db()
    assert (linwei.name, linwei.language) == ("林薇", "zh-hans")
    assert "一句话" in answer.content.decode() or "intro" in wrong


def test_a_form_sent_without_anything_is_answered_beside_its_fields(lin, linwei):
    answer = lin.post("/me/profile")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_ones_own_phone_is_written_as_people_write_it(lin, linwei):
    Person.objects.filter(pk=linwei.pk).update(phone="+8613800138000", email=None)

    page = lin.get("/me").content.decode()

    assert page.count("138 0013 8000") == 2  # beneath the name, and where it is changed
    assert "+86" not in page


def test_requests_of_closed_accounts_are_not_shown(lin, linwei, xiaoyu, chen):
    ask(sender=xiaoyu, receiver=linwei)
    ask(sender=linwei, receiver=chen)
    Person.objects.filter(pk__in=[xiaoyu.pk, chen.pk]).update(is_active=False)

    page = lin.get("/me/friends").content.decode()

    assert "周晓雨" not in page
    assert "陈姐" not in page
    assert lin.get("/me").context["asking"] == 0


@pytest.mark.parametrize(
    ("way", "doors"), [("received", ["decline", "accept"]), ("sent", ["withdraw"])]
)
def test_a_request_stands_with_its_doors(lin, linwei, xiaoyu, way, doors):
    pair = (xiaoyu, linwei) if way == "received" else (linwei, xiaoyu)
    ask(sender=pair[0], receiver=pair[1])

    page = lin.get("/me/friends").content.decode()

    assert f'<h2 id="{way}">' in page
    assert [act for act in ACTS if f'action="{page_of(xiaoyu, act)}"' in page] == sorted(
        doors, key=ACTS.index
    )


def test_a_picture_becomes_two_square_ones_and_the_old_go(
    lin, linwei, django_capture_on_commit_callbacks
):
    said = {"name": "林薇", "intro": "", "language": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        lin.post("/me/profile", {**said, "picture": picture()})
    linwei.refresh_from_db()
    first = linwei.avatar

    for width in (96, 240):
        with default_storage.open(f"people/{first}-{width}.webp") as file:
            image = Image.open(file)
            assert (image.size, image.format) == ((width, width), "WEBP")

    with django_capture_on_commit_callbacks(execute=True):
        lin.post("/me/profile", {**said, "picture": picture("JPEG")})
    linwei.refresh_from_db()
    assert linwei.avatar != first
    assert not default_storage.exists(f"people/{first}-96.webp")

    with django_capture_on_commit_callbacks(execute=True):
        lin.post("/me/profile/no-picture")
    linwei.refresh_from_db()
    assert linwei.avatar == ""


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, b"GIF89a"])
def test_what_is_no_picture_is_said_beside_the_field(lin, linwei, data):
    file = BytesIO(data)
    file.name = "../../etc/passwd.png"

    answer = lin.post(
        "/me/profile", {"name": "Lin", "intro": "", "language": "en", "picture": file}
    )

    assert answer.status_code == 422
    linwei.refresh_from_db()
    assert (linwei.name, linwei.avatar) == ("林薇", "")


def test_a_picture_that_weighs_too_much_is_refused(lin, linwei):
    file = BytesIO(b"\xff\xd8\xff" + b"\x00" * (8 * 1024 * 1024))
    file.name = "big.jpg"

    answer = lin.post(
        "/me/profile", {"name": "Lin", "intro": "", "language": "en", "picture": file}
    )

    assert answer.status_code == 422
    assert "8 MB" in answer.content.decode()
