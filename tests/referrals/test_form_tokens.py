"""The token of a page's forms, drawn in one go."""

import re
from collections import Counter

from django.middleware import csrf

from referrals.form_tokens import form_token


def _matches(token: str, cookie: object) -> bool:
    """Ask Django's own check, which the stubs leave out."""
    return bool(csrf._does_token_match(token, cookie))  # type: ignore[attr-defined]


def test_a_token_is_one_that_django_takes():
    environ: dict[str, object] = {}
    token = form_token(environ)

    assert re.fullmatch(r"[A-Za-z0-9]{64}", token)
    assert environ["CSRF_COOKIE_NEEDS_UPDATE"] is True
    assert _matches(token, environ["CSRF_COOKIE"])
    again = form_token(environ)
    assert again != token
    assert _matches(again, environ["CSRF_COOKIE"])
    assert not _matches(again, form_token({})[:32])


def test_every_sign_is_drawn_as_often_as_any_other():
    drawn = Counter("".join(form_token({})[:32] for _ in range(2000)))

    assert len(drawn) == 62
    # 64,000 signs: about 1,032 of each; eight standard deviations either way.
    assert min(drawn.values()) > 780
    assert max(drawn.values()) < 1290
