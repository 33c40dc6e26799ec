"""Every address, every kind of visitor, every method, sensible and senseless bodies: no 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import override_settings

from kit import nearby
from tests.journeys import rules
from tests.journeys import world as worlds
from tests.journeys.routes import Door, doors
from tests.journeys.walking import (
    FINE,
    FORM,
    LOOSE,
    METHODS,
    MULTIPART,
    REFUSALS,
    ROLES,
    TOO_MANY,
    Walker,
    every_field,
    first_of_each,
    not_there,
    opening,
    shown,
)
from tests.journeys.world import World
from tests.provider import SECRET, running_provider

pytestmark = pytest.mark.django_db

SENSELESS = {
    "nothing": "",
    "a NUL": "\x00",
    "a number nobody counts to": "9" * 40,
    "below zero": "-1",
    "digits of elsewhere": "١٢٣",
    "a face": "👩‍👩‍👧",
    "blanks": "  \u3000\t ",
    "markup": "<script>alert(1)</script>'\";--",
    "a line break": "a\r\nSet-Cookie: b=c",
    "half a letter": "\ud83d",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """One world for all walks, swept up when they are over."""
    folder = tmp_path_factory.mktemp("walk")
    with (
        running_provider(folder) as provider,
        override_settings(
            SANDBOX_URL=provider.url, SANDBOX_SECRET=SECRET, MEDIA_ROOT=folder / "media"
        ),
    ):
        nearby.forget_all()
        with django_db_blocker.unblock():
            built = worlds.build()
        yield built
        with django_db_blocker.unblock():
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    nearby.forget_all()


@pytest.fixture
def visitor(world: World):
    """Return a function that asks as somebody and takes back whatever that did."""
    return lambda role, **how: Walker(world, role, **how)


@pytest.mark.parametrize("role", ROLES)
def test_no_address_falls_over_for_anybody(world, visitor, role):
    walker = visitor(role)
    answers = [
        (method, door.path, walker.ask(method, door.path).status_code)
        for door in doors(world)
        for method in METHODS
    ]

    assert len(answers) > 500
    assert [one for one in answers if one[2] not in FINE | REFUSALS] == []


@pytest.mark.parametrize("role", ["anonymous", "shopper", "vendor", "moderator"])
def test_a_look_at_the_head_is_answered_as_the_whole(world, visitor, role):
    walker, wrong = visitor(role), []
    for door in doors(world):
        whole, head = (walker.ask(method, door.path) for method in ("GET", "HEAD"))
        if TOO_MANY in {whole.status_code, head.status_code}:
            continue  # so many unknown share codes in one minute
        rest = b"".join(head) if head.streaming else head.content
        if head.status_code != whole.status_code or rest:
            wrong.append((door.path, whole.status_code, head.status_code, len(rest)))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_no_senseless_body_is_too_much(world, visitor, role):
    walker, fields = visitor(role), every_field()
    found = []
    for door in opening(walker, "POST", world):
        for what, value in SENSELESS.items():
            answer = walker.send(door.path, [(name, value) for name in fields])
            found.append(shown(answer, what, door.path))

    assert [one for one in found if one[2] not in FINE | REFUSALS] == []


@pytest.mark.parametrize("role", ["anonymous", "shopper", "vendor", "moderator"])
def test_no_body_of_another_kind_is_too_much(world, visitor, role):
    walker, fields = visitor(role), every_field()
    bodies = {
        "JSON": (json.dumps(dict.fromkeys(fields, 1)), "application/json"),
        "broken percent signs": ("&".join(f"{name}=%ff%zz" for name in fields), FORM),
        "no letters at all": (b"\xff\xfe\x00\x01" * 50, FORM),
        "a form cut short": (b'--b\r\nContent-Disposition: form-data; name="x', MULTIPART),
        "another alphabet": ("name=%C4%FA", f"{FORM}; charset=gbk"),
        "an alphabet nobody knows": ("name=a", f"{FORM}; charset=klingon"),
    }
    found = [
        shown(walker.ask("POST", door.path, data=body, content_type=kind), what, door.path)
        for door in opening(walker, "POST", world)
        for what, (body, kind) in bodies.items()
    ]

    assert [one for one in found if one[2] not in FINE | REFUSALS] == []


@pytest.mark.parametrize("role", ["anonymous", "shopper", "vendor"])
def test_no_file_and_no_long_word_is_too_much(world, visitor, role):
    walker, fields = visitor(role), every_field()
    found = []
    for door in opening(walker, "POST", world):
        with transaction.atomic():
            files = {name: SimpleUploadedFile("a.jpg", b"no picture") for name in fields[::6]}
            answer = walker.client.post(door.path, files)
            transaction.set_rollback(True)
        found.append(shown(answer, "files", door.path))
        if door.route.startswith(
            ("/me", "/shop", "/open", "/bag", "/checkout", "/p/", "/accounts")
        ):
            # As many of them as a form may be large; each field gets its turn.
            for turn in range(0, len(fields), 18):
                long = [(name, "a" * 100_000) for name in fields[turn : turn + 18]]
                found.append(shown(walker.send(door.path, long), "long", door.path))

    assert [one for one in found if one[2] not in FINE | REFUSALS] == []


@pytest.mark.parametrize("role", ["anonymous", "shopper", "vendor", "moderator"])
def test_no_senseless_question_is_too_much(world, visitor, role):
    walker = visitor(role)
    asked = ("q", "page", "show", "only", "cause", "category", "charge", "again", "next",
             "days", "sort", "kind", "from", "min", "max", "friends")  # fmt: skip
    senseless = [SENSELESS[what] for what in ("a NUL", "digits of elsewhere", "half a letter")]
    senseless += [SENSELESS["a number nobody counts to"], SENSELESS["markup"]]
    queries = [
        urlencode([(name, value) for name in asked], errors="surrogatepass") for value in senseless
    ]
    queries += ["&".join(f"{name}=%ff%fe" for name in asked), "shop=%F0%9F%91%A9", "q[]=1&page[]="]
    found = [
        shown(walker.ask("GET", f"{door.path}?{query}"), query[:40], door.path)
        for door in opening(walker, "GET", world)
        for query in queries
    ]

    assert [one for one in found if one[2] not in FINE | REFUSALS] == []


def test_a_form_without_its_token_is_refused_everywhere(world, visitor):
    walker = visitor("vendor", enforce_csrf_checks=True)
    open_doors = {"/i18n/setlang", "/look", "/webhooks/sandbox"}
    found = {
        door.path: walker.ask("POST", door.path).status_code for door in first_of_each(doors(world))
    }

    passed = {path for path, status in found.items() if status != 403}
    assert passed <= open_doors | not_there(found)


# --- what every page keeps to -----------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_no_page_is_handed_a_question_for_the_database(world, visitor, role):
    walker, wrong = visitor(role), set()
    for door in doors(world):
        if door.route.startswith("/accounts/2fa"):  # a list view of the library we sign in with
            continue
        answer = walker.ask("GET", door.path)
        wrong |= {(door.route, name) for name in rules.querysets_in(answer)}

    assert wrong == set()


@pytest.mark.parametrize("role", ["anonymous", "sharer", "vendor", "vendor elsewhere", "moderator"])
def test_every_mistake_in_a_summary_leads_to_its_field(world, visitor, role):
    walker, fields, seen, wrong = visitor(role), every_field(), 0, []
    for door in opening(walker, "POST", world):
        for loose in ({}, {"part": "terms"}, {"part": "invite"}, {"act": "revoke"}):
            sent = {name: "" for name in fields if name not in LOOSE} | loose
            answer = walker.send(door.path, list(sent.items()))
            if answer.status_code == 422 and not answer.streaming:
                seen += 1
                wrong += [(door.path, one) for one in rules.lost_mistakes(answer)]

    assert seen > 3
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_no_page_behind_the_way_in_is_kept_for_others(world, visitor, role):
    stranger, walker, wrong, seen = visitor("anonymous"), visitor(role), [], 0
    for door in doors(world):
        way_in = stranger.ask("GET", door.path).headers.get("Location", "")
        answer = walker.ask("GET", door.path)
        if way_in.startswith("/accounts/") and answer.status_code == 200:
            seen += 1
            wrong += [door.path] if rules.may_be_kept(answer) else []

    assert seen > 10
    assert wrong == []


# --- who may see what ------------------------------------------------------------------------

PRIVATE = ("/me", "/shop", "/desk", "/open")
BUTTONS = ("takedown", "putback", "remove", "no-picture", "read", "photos", "withdraw",
           "dispatch", "refund", "call-off", "let-back", "answer")  # fmt: skip


def test_who_is_not_signed_in_is_shown_the_way_in(world, visitor):
    walker = visitor("anonymous")
    private = [
        door
        for door in first_of_each(doors(world))
        if door.route.split("<")[0].startswith(PRIVATE)
        and not door.route.startswith("/shops")
        and not door.route.endswith(BUTTONS)
    ]
    private += [Door("", f"/p/{world.products['honey']}/{act}") for act in ("endorse", "share")]
    wrong = []
    for door in private:
        answer = walker.ask("GET", door.path)
        location = answer.headers.get("Location", "")
        if answer.status_code != 302 or not location.startswith("/accounts/login/?next=/"):
            wrong.append((door.path, answer.status_code, location))

    assert len(private) > 25
    assert wrong == []


def foreign_doors(world: World) -> dict[str, list[str]]:
    """Return, for each role, pages of others that must not exist for it."""
    orders, products = world.order_ids, world.products
    held, draft, honey = products["held"], products["draft"], products["honey"]
    waiting, earning = f"/desk/{world.holds['waiting']}", f"/me/earnings/{world.line_key}"
    chens, xiaoyus = (f"/me/notices/{world.notices[key]}" for key in ("chen", "xiaoyu"))
    trace = f"/desk/orders/{world.line_key[:10]}/attribution"
    review = f"/desk/commissions/{world.review}"
    forced = f"/desk/orders/{world.line_key[:10]}/refund"
    haos = f"/me/brands/{world.brands['verified']}"
    owners = [
        f"/shop/{page}"
        for page in ("products", "products/new", "settings", "staff", "money", "sharers/rates")
    ]
    return {
        "shopper": ["/desk/", "/desk/decisions", waiting, earning, chens, f"/p/{held}"],
        "sharer": ["/desk/", review, trace, forced, xiaoyus, f"/p/{draft}", f"/p/{held}"],
        "vendor": [
            "/desk/",
            f"/shop/products/{held}",
            f"/p/{held}",
            xiaoyus,
            earning,
            haos,
            trace,
            forced,
        ],
        "packer": ["/desk/", *owners, "/shop/sharers", f"/shop/products/{honey}"],
        "vendor elsewhere": [
            f"/shop/products/{honey}",
            f"/shop/orders/{orders['paid']}",
            f"/shop/?shop={world.handles['chen']}",
        ],
        "moderator": [earning, chens, haos, f"/me/certificates/{world.certificate}"],
    }


@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_what_is_not_yours_is_not_there(world, visitor, role):
    walker = visitor(role)
    answers = {path: walker.ask("GET", path).status_code for path in foreign_doors(world)[role]}
    assert answers == dict.fromkeys(answers, 404)


def test_what_is_not_yours_cannot_be_pressed_either(world, visitor):
    held, honey = world.products["held"], world.products["honey"]
    waiting, paid = f"/desk/{world.holds['waiting']}", world.orders["paid"]
    of_shop = f"/shop/orders/{world.order_ids['paid']}"
    buyers = [f"{paid}/{act}" for act in ("confirm", "extend", "refund")]
    shelf = [f"/shop/products/{held}/{act}" for act in ("takedown", "putback")]
    pressed = {
        "vendor": [*buyers, *shelf, waiting],
        "shopper": [waiting],
        "packer": [f"/shop/products/{honey}/takedown", f"{of_shop}/refund"],
        "vendor elsewhere": [
            f"{of_shop}/dispatch",
            f"{of_shop}/refund",
            f"/shop/products/{honey}/takedown",
            f"/shop/staff/{world.people['jun']}/remove",
        ],
        "sharer": buyers,
    }
    answers = {
        (role, path): visitor(role).ask("POST", path).status_code
        for role, paths in pressed.items()
        for path in paths
    }
    assert answers == dict.fromkeys(answers, 404)


def test_a_strangers_thing_looks_like_no_thing(world, visitor):
    walker = visitor("vendor")
    for mine, nobodys in (
        (f"/shop/products/{world.products['held']}", "/shop/products/ZZZZZZZZZZ"),
        (f"/me/notices/{world.notices['xiaoyu']}", "/me/notices/ZZZZZZZZZZ"),
        ("/desk/", "/desk/ZZZZZZZZZZ"),
    ):
        assert bare(walker.ask("GET", mine)) == bare(walker.ask("GET", nobodys))


def bare(answer: HttpResponse) -> tuple[int, int]:
    """Return the status and how many tags a page has: what an address adds to a link is nothing."""
    return answer.status_code, answer.content.count(b"<")


def test_a_wrong_method_is_told_the_right_ones(world, visitor):
    walkers = {
        "/desk": visitor("moderator"),
        "/shop": visitor("vendor"),
        "/me/earnings": visitor("sharer"),
    }
    shopper, wrong = visitor("shopper"), []
    for door in first_of_each(doors(world)):
        if door.path.startswith(("/accounts", "/media", "/healthz", "/readyz", "/i18n")):
            continue  # allauth's pages and Django's answer as those do
        start = next((one for one in walkers if door.path.startswith(one)), "")
        answer = walkers.get(start, shopper).ask("PUT", door.path)
        if answer.status_code != 405 or not answer.headers.get("Allow"):
            wrong.append((door.path, answer.status_code))

    assert wrong == []
