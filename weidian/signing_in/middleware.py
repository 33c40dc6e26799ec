"""What stands around allauth's pages."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kit.web import TOO_MANY, UNPROCESSABLE, WAIT_SECONDS

AWAY = 503


def come_back(request: HttpRequest, why: str) -> HttpResponse:
    """Answer 503 to somebody who cannot sign in just now; ``why`` says what is missing."""
    page = {"title": _("Signing in has to wait"), "message": why, "back": reverse("account_login")}
    answer = render(request, "refused.html", page, status=AWAY)
    answer["Retry-After"] = "60"
    return answer


class AnswerInvalidForms:
    """Give allauth's pages the house's answers.

    A form that needs mending is answered 422; too many tries are told when to come back.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        if answer.status_code == TOO_MANY:
            answer.setdefault("Retry-After", str(WAIT_SECONDS))
        return answer

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and isinstance(form, BaseForm) and form.errors:
            response.status_code = UNPROCESSABLE
        return response
