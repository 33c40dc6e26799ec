"""What allauth asks about people, answered by the rooms."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kit.fields import PhoneField
from kit.web import refused
from orders import bags
from orders.claiming import claim
from orders.web import TOKEN_COOKIE, with_bag
from people.joining import PhoneTaken, prove_phone
from people.models import Person
from people.staff_roles import has_role
from referrals import claiming
from referrals.touches import COOKIE_NAME, read_cookie
from weidian.signing_in.codes import keep_weixin, send_code

# What allauth says at every turn and the next page shows anyway.
NEEDLESS: Final = frozenset(
    {"account/messages/logged_in.txt", "account/messages/login_code_sent.txt"}
)


class ReachableStage(EmailVerificationStage):
    """A proven phone is as good as a proven e-mail address."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        person = self.login.user
        if person is not None and person.phone and person.phone_verified_at:
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


class SecondFactorStage(AuthenticateStage):
    """The house's staff prove twice; for everybody else a passkey is a shorter way in."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user is None or not has_role(self.login.user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


class AccountAdapter(DefaultAccountAdapter):
    """allauth's questions about people, answered by the rooms."""

    def get_login_stages(self) -> list[str]:
        return [
            "allauth.account.stages.LoginByCodeStage",
            "weidian.signing_in.adapters.ReachableStage",
            "weidian.signing_in.adapters.SecondFactorStage",
        ]

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """Bring along what the guest chose, bought and was led to, and the person's language."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        proven = EmailAddress.objects.filter(user=user, verified=True)
        claim(
            person=user,
            emails=proven.values_list("email", flat=True),
            phone=user.phone if user.phone_verified_at else None,
        )
        claiming.claim(person=user, touches=read_cookie(request.COOKIES.get(COOKIE_NAME)))
        pieces = bags.merge(person=user, token=request.COOKIES.get(TOKEN_COOKIE))
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite="Lax",
            )
        return with_bag(request, answer, None, pieces=pieces)

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kw: Any
    ) -> None:
        if message_template not in NEEDLESS:
            super().add_message(request, level, message_template, *args, **kw)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if "code" in context:
            send_code(context["code"], email=email)
        else:
            super().send_mail(template_prefix, email, context)

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**{"label": _("Phone number"), **kwargs})

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:  # noqa: FBT001 -- allauth's
        # An unproven number is nobody's: it is kept in the session until its code comes back.
        if verified:
            self.set_phone_verified(user, phone)

    def set_phone_verified(self, user: Person, phone: str) -> None:
        try:
            prove_phone(person=user, phone=phone)
        except PhoneTaken as taken:
            answer = refused(
                context.request,
                title=_("This number has an account already"),
                message=_("Sign in with it instead, or add another number here."),
                back=reverse("account_change_phone"),
            )
            raise ImmediateHttpResponse(answer) from taken

    def get_user_by_phone(self, phone: str) -> Person | None:
        return Person.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, *, phone: str, code: str, **_kwargs: Any) -> None:
        send_code(code, phone=phone)


class SocialAdapter(DefaultSocialAccountAdapter):
    """Weixin gives neither address nor phone, so who comes that way first proves one."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        keep_weixin(request, sociallogin.account)
        messages.info(request, _("One step, this once: where can we reach you?"))
        raise ImmediateHttpResponse(redirect("account_login"))
