"""The pages of signing in that are not quite allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LoginView, LogoutView
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.web import COUNT_COOKIE
from people.web import SignedInRequest
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


class SignOutView(LogoutView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out, and let the tab bar forget how full the bag was that stays behind."""
        answer: HttpResponse = super().post(*args, **kwargs)
        answer.delete_cookie(COUNT_COOKIE, samesite="Lax")
        return answer


class AddPasskeyView(AddWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page: dict[str, Any] = super().get_context_data(**kwargs)
        return page | {"next": get_next_redirect_url(self.request) or ""}

    def form_valid(self, form: AddWebAuthnForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        # Whoever makes a passkey has just shown it: this session has proved itself twice.
        record_authentication(
            self.request, self.request.user, method="mfa", type="webauthn", reauthenticated=True
        )
        return answer

    def get_success_url(self) -> str:
        # Recovery codes stand on that page; only the house's staff will ever be asked for one.
        return get_next_redirect_url(self.request) or reverse("mfa_index")


@login_required
@require_safe
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Lead staff to their passkey, or to adding one, and then back to where they were going."""
    if is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]):
        messages.info(request, _("Work for the house asks for your passkey too. Show it once."))
        way = "mfa_reauthenticate_webauthn"
    else:
        said = _(
            "Work for the house needs a passkey beside the code, so that a stolen letter "
            "opens no desk. Add yours here, once."
        )
        messages.info(request, said)
        way = "mfa_add_webauthn"
    return redirect_to_login(get_next_redirect_url(request) or "/", reverse(way))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead allauth's second door, asking for a code, to the one that does the same."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("account_login") + (f"?{query}" if query else ""))


def no_passwords(request: HttpRequest) -> HttpResponse:
    """There are no passwords here, so there are no pages about them."""
    raise Http404
