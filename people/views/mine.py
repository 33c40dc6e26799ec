"""A person's own pages: everything that is theirs, what others see, who may see it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.refusals import Refused, why_not
from kit.web import form_page
from notifications.inbox import unread_count
from people import avatars, circle_reading
from people.forms import PrivacyForm, ProfileForm
from people.models import Person, StaffRole
from people.privacy import set_privacy
from people.profile import change_profile
from people.staff_roles import roles_of
from people.standing import open_requests
from people.web import SignedInRequest, door

Role = StaffRole.Role


@require_safe
@never_cache
@login_required
def me(request: SignedInRequest) -> HttpResponse:
    """Show a person everything that is theirs."""
    roles = roles_of(request.user)
    page = {
        "unread": unread_count(request.user.pk),
        "asking": open_requests().filter(receiver=request.user).count(),
        "circles": len(circle_reading.circles_of(request.user.pk)),
        "is_staff": not roles.isdisjoint({Role.MODERATOR, Role.ADMIN}),
        "counts_money": not roles.isdisjoint({Role.FINANCE, Role.ADMIN}),
        "explains": Role.SUPPORT in roles,
    }
    return render(request, "people/me.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """Change what others see of a person."""
    person = request.user
    now = {"name": person.name, "intro": person.intro, "language": person.language}
    is_sent = request.method == "POST"
    form = ProfileForm(request.POST if is_sent else None, request.FILES or None, initial=now)
    if is_sent and form.is_valid() and _picture_taken(form, person):
        said = form.cleaned_data
        change_profile(
            person=person, name=said["name"], intro=said["intro"], language=said["language"]
        )
        messages.success(request, _("Saved."))
        return redirect("people:me")
    return form_page(request, "people/profile.html", form)


@door
def remove_picture(request: SignedInRequest) -> HttpResponse:
    """Take the picture away again."""
    avatars.remove_avatar(person=request.user)
    messages.success(request, _("Your picture is gone."))
    return redirect("people:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def privacy(request: SignedInRequest) -> HttpResponse:
    """Say who may see what a person buys and says, and who may read their name."""
    person = request.user
    now = {field: getattr(person, field) for field in PrivacyForm.base_fields}
    form = PrivacyForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_bound and form.is_valid():
        set_privacy(person=person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:privacy")
    return form_page(request, "people/privacy.html", form)


def _picture_taken(form: ProfileForm, person: Person) -> bool:
    data = form.cleaned_data["picture"]
    if data is None:
        return True
    try:
        avatars.set_avatar(person=person, data=data)
    except Refused as refusal:
        form.add_error("picture", why_not(refusal))
    return form.is_valid()
