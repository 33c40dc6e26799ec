"""Codes: six digits on their way to an address, and what follows when they come back."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit import clock
from notifications.senders import email as mail
from notifications.senders import sms
from people.joining import join, prove_phone
from people.models import Person
from weidian.signing_in.middleware import come_back

WEIXIN_KEY = "weixin_to_connect"


class Proof(LoginCodeVerificationProcess):
    """A code on its way to an address, and what follows when it comes back."""

    @classmethod
    def begin(cls, request: HttpRequest, contact: dict[str, str], *, name: str) -> None:
        """Send a code to ``contact`` and remember in the session what it proves.

        Raises:
            ImmediateHttpResponse: a page that says why not: too often, or no carrier.
        """
        _refuse_too_many(request, **contact)
        login = Login(email=contact.get("email"), phone=contact.get("phone"))
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, **contact))
        stage.state.update(initiated_by_user=True, name=name)
        process = cls(stage=stage)
        process.send()
        process.persist()

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> Proof | None:
        process: Proof | None = cls(stage=stage).abort_if_invalid()
        return process

    def send(self, **_ignored: Any) -> None:
        self.state["code"] = code = get_adapter().generate_login_code()
        try:
            send_code(code, email=self.state.get("email"), phone=self.state.get("phone"))
        except OSError as away:
            said = _("Our carrier does not answer. Please try again in a minute.")
            raise ImmediateHttpResponse(come_back(self.request, said)) from away

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Find or make the account of the proven address, and sign in."""
        email, phone = self.state.get("email", ""), self.state.get("phone", "")
        person, is_new = join(
            email=email,
            phone=phone,
            name=self.state.get("name", ""),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        _mark_proven(person, email=email, phone=phone)
        _connect_weixin(self.request, person)
        flows.login.record_authentication(
            self.request, person, method="code", email=email or None, phone=phone or None
        )
        login = Login(user=person, redirect_url=redirect_url, email=email or None, signup=is_new)
        answer: HttpResponse = flows.login.perform_login(self.request, login)
        return answer


def send_code(code: str, *, email: str | None = None, phone: str | None = None) -> None:
    """Send six digits in the visitor's language, by mail or by SMS.

    Raises:
        OSError: the carrier is away.
    """
    if email:
        mail.send(
            address=email,
            title=_("%(code)s is your code") % {"code": code},
            sentence=_(
                "Type it where you asked for it; it works for a few minutes. "
                "If that was not you, leave it: nothing has happened."
            ),
            code=code,
        )
    if phone:
        words = _("%(code)s is your Weidian code. Give it to nobody, not even to us.")
        sms.send(phone=phone, words=words % {"code": code})


def _refuse_too_many(request: HttpRequest, email: str = "", phone: str = "") -> None:
    allowed = ratelimit.consume(request, action="request_login_code", key=email or phone)
    if allowed and phone:
        allowed = ratelimit.consume(request, action="verify_phone", key=phone)
    if not allowed:
        raise ImmediateHttpResponse(ratelimit.respond_429(request))


def _mark_proven(person: Person, *, email: str, phone: str) -> None:
    if email:
        EmailAddress.objects.update_or_create(
            user=person, email=email, defaults={"verified": True, "primary": True}
        )
    elif person.phone_verified_at is None:
        prove_phone(person=person, phone=phone)


def keep_weixin(request: HttpRequest, account: SocialAccount) -> None:
    """Remember who came from Weixin, until they have proven an address here."""
    request.session[WEIXIN_KEY] = [
        account.provider,
        account.uid,
        account.extra_data,
        clock.now().timestamp(),
    ]


def _connect_weixin(request: HttpRequest, person: Person) -> None:
    *account, kept_at = request.session.pop(WEIXIN_KEY, None) or [0.0]
    # Whoever sits down at this browser later is somebody else.
    if account and clock.now().timestamp() - kept_at < settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT:
        provider, uid, facts = account
        SocialAccount.objects.get_or_create(
            provider=provider, uid=uid, defaults={"user": person, "extra_data": facts}
        )
