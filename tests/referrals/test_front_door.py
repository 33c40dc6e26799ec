"""The web server's way to the public doors answers as every other way does."""

from __future__ import annotations

import io
import re
import sys
from contextlib import closing

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from kit.nearby import forget_all
from tests.referrals.conftest import BROWSER
from tests.referrals.doors import path_of
from weidian import wsgi

# The server closes a connection that it finds inside somebody's transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def environ_of(path, **more):
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        **BROWSER,
        **more,
    }


def asked(path, **more):
    """Ask the application itself; return status line, headers without cookies, cookies, page."""
    told = []
    parts = wsgi.application(environ_of(path, **more), lambda *words: told.append(words))
    page = b"".join(parts)
    ((status, headers),) = told
    cookies = {text.partition("=")[0]: text for name, text in headers if name == "Set-Cookie"}
    rest = {name.lower(): text for name, text in headers if name != "Set-Cookie"}
    return status, rest, cookies, page.decode()


def without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_the_server_gives_the_page_with_every_header_and_both_cookies(link, noon):
    status, headers, cookies, page = asked(path_of(link))
    through_the_frame = Client(**BROWSER).get(path_of(link))

    assert status == "200 OK"
    assert headers == {name.lower(): text for name, text in through_the_frame.items()}
    assert without_tokens(page) == without_tokens(through_the_frame.content.decode())
    assert set(cookies) == {"wd_ref", "csrf"}
    assert re.fullmatch(
        r"wd_ref=[\w-]+; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax", cookies["wd_ref"]
    )


def test_every_request_that_is_not_plain_goes_through_the_whole_frame(link, monkeypatch):
    monkeypatch.setattr(wsgi.door, "answered", lambda _: pytest.fail("went in by the door"))
    monkeypatch.setattr(wsgi, "django_app", lambda environ, start: [b"the frame"])

    for more in (
        {"REQUEST_METHOD": "HEAD"},
        {"SCRIPT_NAME": "/below"},
        {"HTTP_COOKIE": "session=x"},
        {"QUERY_STRING": "c=%00"},
        {"PATH_INFO": "/search"},
    ):
        environ = environ_of(path_of(link), **more)
        assert wsgi.application(environ, pytest.fail) == [b"the frame"]


def test_a_link_that_nobody_made_is_the_frames_404():
    status, _, _, page = asked("/s/nolink1234")

    assert status == "404 Not Found"
    assert "<h1" in page


@pytest.mark.parametrize(
    ("is_looked_after", "status"), [(True, "200 OK"), (False, "503 Service Unavailable")]
)
def test_a_connection_that_the_database_dropped_is_noticed_before_it_is_used(
    link, monkeypatch, is_looked_after, status
):
    assert asked(path_of(link))[0] == "200 OK"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    where = {**connection.get_connection_params()}
    where.pop("cursor_factory", None)
    with closing(psycopg2.connect(**where)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    cache.clear()
    forget_all()
    if not is_looked_after:  # the dead connection is met, and nobody can be asked
        monkeypatch.setattr(wsgi._thread.closer, "wrappers", [])
    assert asked(path_of(link))[0] == status
    connection.close()
