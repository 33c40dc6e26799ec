"""The pages of signing in that are not quite allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.account.views import ConfirmLoginCodeView, LoginView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from weidian.signing_in.codes import Proof
from weidian.signing_in.forms import SignUpForm


class SignUpView(LoginView):
    template_name = "account/signup.html"

    def get_form_class(self) -> type[SignUpForm]:
        return SignUpForm


class ConfirmView(ConfirmLoginCodeView):
    @method_decorator(never_cache)
    @method_decorator(login_stage_required(LoginByCodeStage.key, "account_login"))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.stage = request._login_stage  # type: ignore[attr-defined]  # allauth put it there
        self._process = Proof.resume(self.stage)
        if self._process is None:
            messages.error(request, _("That code has expired. Ask for a new one."))
            return redirect("account_login")
        answer: HttpResponse = super(ConfirmLoginCodeView, self).dispatch(request, *args, **kwargs)
        return answer


class AddPasskeyView(AddWebAuthnView):
    def get_success_url(self) -> str:
        # Recovery codes stand on that page; only the house's staff will ever be asked for one.
        return reverse("mfa_index")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead allauth's second door, asking for a code, to the one that does the same."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("account_login") + (f"?{query}" if query else ""))


def no_passwords(request: HttpRequest) -> HttpResponse:
    """There are no passwords here, so there are no pages about them."""
    raise Http404
