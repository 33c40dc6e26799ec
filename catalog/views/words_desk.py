"""The desk for words: a moderator looks at endorsements that wait."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import holding_words
from catalog.models import WordsHold
from catalog.word_forms import WordsVerdictForm
from kit.states import TransitionRefused
from kit.web import form_page, moved_on, page_of, refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required

moderators_only = role_required(StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
A_PAGE = 40


@moderators_only
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Show what waits, the oldest first; with ``?show=all`` everything, the newest first."""
    shows_all = request.GET.get("show") == "all"
    rows = WordsHold.objects.order_by("-pk") if shows_all else WordsHold.objects.waiting()
    page = page_of(request, rows.select_related("endorsement__product", "rule"), size=A_PAGE)
    return render(request, "catalog/words/desk.html", {"page": page, "shows_all": shows_all})


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: SignedInRequest, public_id: str) -> HttpResponse:
    rows = WordsHold.objects.select_related("rule", "moderator", "endorsement__product__shop")
    hold = get_object_or_404(rows.select_related("endorsement__person"), public_id=public_id)
    form = WordsVerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, hold, form)
    pictures = hold.endorsement.pictures.select_related("photo")
    page = {
        "hold": hold,
        "said": hold.endorsement,
        "photos": [one.photo for one in pictures],
        "is_own": holding_words.is_own(hold, request.user),
    }
    return form_page(request, "catalog/words/desk_words.html", form, page)


def _decide(request: SignedInRequest, hold: WordsHold, form: WordsVerdictForm) -> HttpResponse:
    try:
        if form.cleaned_data["verdict"] == WordsHold.State.APPROVED:
            holding_words.approve(hold=hold, moderator=request.user)
            messages.success(request, _("It can be read now."))
        else:
            reason = form.cleaned_data["reason"]
            holding_words.send_back(hold=hold, moderator=request.user, reason=reason)
            messages.success(request, _("It went back with the reason."))
    except holding_words.OwnWords:
        title, message = _("These words are near you"), _("Another moderator has to look at them.")
        return refused(request, title=title, message=message, back="/desk/words")
    except TransitionRefused:
        return moved_on(request)
    return redirect("catalog:desk_words")
