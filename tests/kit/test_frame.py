"""The frame around every page: its switches, and what it says when something is wrong."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import override_settings

from kit import sheets


def test_the_look_is_kept_on_this_device_and_the_visitor_stays(client):
    answer = client.post("/look", {"look": "dark", "next": "/about/ui?a=1"})

    assert answer.status_code == 302
    assert answer.url == "/about/ui?a=1"
    assert answer.cookies["look"].value == "dark"
    assert 'data-look="dark"' in client.get("/about/ui").content.decode()


@pytest.mark.parametrize("wanted", ["", "purple", "dark\x00", "x" * 10_000])
def test_any_other_look_goes_back_to_the_systems_choice(client, wanted):
    client.cookies["look"] = "dark"
    answer = client.post("/look", {"look": wanted})

    assert answer.status_code == 302
    assert answer.cookies["look"].value == ""
    assert answer.cookies["look"]["max-age"] == 0


def test_a_look_from_a_forged_cookie_is_not_written_into_the_page(client):
    client.cookies["look"] = '"><script>'
    assert "data-look" not in client.get("/about/ui").content.decode().split("<body")[0]


def test_a_switch_never_leads_away_from_the_house(client):
    for path, field in (("/look", "look"), ("/i18n/setlang", "language")):
        answer = client.post(path, {field: "en", "next": "https://evil.test/"})
        assert answer.status_code == 302
        assert "evil" not in answer.url


def test_every_page_says_where_to_write_to(client, settings):
    settings.HELP_EMAIL = "help@shop.example"
    assert 'href="mailto:help@shop.example"' in client.get("/about/ui").content.decode()

    settings.HELP_EMAIL = ""
    assert "mailto:" not in client.get("/about/ui").content.decode()


def test_a_switch_is_not_a_link(client):
    assert client.get("/look").status_code == 405


def test_the_language_is_switched_by_a_plain_form(client):
    assert '<html lang="zh-Hans"' in client.get("/about/ui").content.decode()
    client.post("/i18n/setlang", {"language": "en", "next": "/about/ui"})

    page = client.get("/about/ui").content.decode()
    assert '<html lang="en"' in page
    assert 'lang="zh-Hans" aria-pressed="false">简体中文</button>' in page


@pytest.mark.django_db
@override_settings(DEBUG=False)
def test_a_wrong_address_gets_a_way_on(client):
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert "这个页面不在这里" in answer.content.decode()
    assert 'href="/search"' in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_pages_need_nothing_of_what_may_be_broken(name):
    page = get_template(name).render()

    assert f"/static/{sheets.NAME}" in page
    assert 'href="/"' in page


def test_a_page_asks_for_one_sheet_and_gets_all_of_them(client):
    head = client.get("/about/ui").content.decode().split("</head>")[0]
    loaded = Path(str(finders.find(sheets.NAME))).read_text()

    assert head.count('rel="stylesheet"') == 1
    assert loaded.startswith((sheets.SOURCE / "tokens.css").read_text())
    assert loaded.count("@layer parts {") == 13
