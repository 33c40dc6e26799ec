"""The field for a friend's text: whoever pastes it stands before what the friend shared."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kit.web import form_page, too_many
from referrals import guessing, text_codes
from referrals.forms import TextForm


@never_cache
@require_safe
def read_text(request: HttpRequest) -> HttpResponse:
    """Open the link of a pasted text, or ask for one."""
    form = TextForm(request.GET if "text" in request.GET else None)
    if form.is_valid():
        text = form.cleaned_data["text"]
        facts = text_codes.read(text)
        if facts is not None:
            return redirect(text_codes.path_of(facts, text))
        if guessing.is_too_often(request.META):
            return too_many(request)
        form.say_unknown()
    return form_page(request, "referrals/read_text.html", form)
