"""Proving anew, in a session that began a while ago, who is there: by a passkey or a code."""

from __future__ import annotations

import secrets

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit import clock
from kit.web import form_page
from people.web import SignedInRequest
from weidian.signing_in.codes import send_code

KEY = "code_to_prove"
TRIES = 3


class CodeForm(forms.Form):
    """Six digits that came by e-mail or text."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "enterkeyhint": "done"}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def prove(request: SignedInRequest) -> HttpResponse:
    """Send a code to the person's own address, take it back, and go on to where they came from."""
    if "code" not in request.POST:
        return _send(request) if request.method == "POST" else _page(request, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid() and not _is_right(request, form.cleaned_data["code"]):
        form.add_error("code", _("That is not the code. Look again, or ask for a new one."))
    if not form.is_valid():
        return _page(request, form)
    request.session.pop(KEY, None)
    record_authentication(request, request.user, method="code", reauthenticated=True)
    return redirect(get_next_redirect_url(request) or "/me")


def _send(request: SignedInRequest) -> HttpResponse:
    person = request.user
    contact = person.email or person.phone or ""
    if not ratelimit.consume(request, action="request_login_code", key=contact):
        refusal: HttpResponse = ratelimit.respond_429(request)
        return refusal
    code = get_adapter().generate_login_code()
    request.session[KEY] = {"code": code, "at": clock.now().timestamp(), "tries": 0}
    try:
        send_code(code, email=person.email, phone=None if person.email else person.phone)
    except OSError:
        said = _("Our carrier does not answer. Please try again in a minute.")
        messages.error(request, said)
        request.session.pop(KEY, None)
    return _page(request, CodeForm())


def _is_right(request: SignedInRequest, typed: str) -> bool:
    sent = request.session.get(KEY)
    if not sent or clock.now().timestamp() - sent["at"] > settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT:
        return False
    if sent["tries"] >= TRIES:
        return False
    request.session[KEY] = {**sent, "tries": sent["tries"] + 1}
    request.session.save()  # before the answer, so that two tries at once are two
    bare = "".join(typed.split()).replace("-", "")
    return secrets.compare_digest(bare.encode(), sent["code"].encode())


def _page(request: SignedInRequest, form: CodeForm) -> HttpResponse:
    page = {
        "was_sent": KEY in request.session,
        "next": get_next_redirect_url(request) or "",
        "has_passkey": is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]),
    }
    if form.is_bound:
        return form_page(request, "account/prove.html", form, page)
    return render(request, "account/prove.html", {"form": form, **page})
