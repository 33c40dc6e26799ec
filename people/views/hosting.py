"""What a circle's host may do, and whoever is asked to take the host's place."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit.web import form_page
from people import circle_places, circles
from people.circle_places import CircleIsFull
from people.circles import NotAllowed, TooManyCircles
from people.forms import CircleForm
from people.models import Circle, CircleMember, Person
from people.views.circles import full, too_many
from people.web import SignedInRequest, View, door


def still_hosting(view: View) -> View:
    """Answer 404 to who handed their circle over a moment ago, as to anybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotAllowed:
            raise Http404 from None

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@still_hosting
def edit(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say anew what a circle is."""
    circle = _hosted(request, public_id)
    now = {field: getattr(circle, field) for field in CircleForm.base_fields}
    form = CircleForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_bound and form.is_valid():
        circles.change(circle=circle, host=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:circle", public_id=public_id)
    return form_page(request, "people/circle_form.html", form, {"circle": circle})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@still_hosting
def close(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Close a circle for good, after asking whether it is meant."""
    circle = _hosted(request, public_id)
    if request.method != "POST":
        return render(request, "people/circle_close.html", {"circle": circle})
    circles.close(circle=circle, host=request.user)
    messages.success(request, _("%(circle)s is closed.") % {"circle": circle.name})
    return redirect("people:circles")


@door
@still_hosting
def renew_link(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Make the invitation link a new one."""
    circles.renew_invitation(circle=_hosted(request, public_id), host=request.user)
    messages.success(request, _("This is the new link; the old one leads nowhere any more."))
    return redirect("people:circle_people", public_id=public_id)


@door
@still_hosting
def accept(request: SignedInRequest, public_id: str, who: str) -> HttpResponse:
    """Let somebody in."""
    circle, person = _hosted(request, public_id), _in_or_asking(public_id, who)
    try:
        circle_places.accept(circle=circle, host=request.user, person_id=person.pk)
    except CircleIsFull:
        return full(request)
    except TooManyCircles:
        messages.error(request, _("%(name)s is in too many circles.") % {"name": person.name})
    else:
        messages.success(request, _("%(name)s is in.") % {"name": person.name})
    return redirect("people:circle_people", public_id=public_id)


@door
@still_hosting
def decline(request: SignedInRequest, public_id: str, who: str) -> HttpResponse:
    """Say no to somebody, who is not told."""
    circle, person = _hosted(request, public_id), _in_or_asking(public_id, who)
    circle_places.decline(circle=circle, host=request.user, person_id=person.pk)
    messages.success(request, _("Declined. They are not told."))
    return redirect("people:circle_people", public_id=public_id)


@door
@still_hosting
def remove(request: SignedInRequest, public_id: str, who: str) -> HttpResponse:
    """Send a member away."""
    circle, person = _hosted(request, public_id), _in_or_asking(public_id, who)
    circle_places.remove(circle=circle, host=request.user, person_id=person.pk)
    messages.success(request, _("%(name)s is no longer in it.") % {"name": person.name})
    return redirect("people:circle_people", public_id=public_id)


@door
@still_hosting
def offer(request: SignedInRequest, public_id: str, who: str) -> HttpResponse:
    """Ask a member to take the host's place."""
    circle, person = _hosted(request, public_id), _in_or_asking(public_id, who)
    circles.offer_place(circle=circle, host=request.user, member_id=person.pk)
    asked = _("%(name)s is asked. You stay the host until they say yes.")
    messages.success(request, asked % {"name": person.name})
    return redirect("people:circle_people", public_id=public_id)


@door
@still_hosting
def take(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take the host's place."""
    joined = Circle.objects.joined_by(request.user.pk)
    circle = get_object_or_404(joined, public_id=public_id)
    try:
        circles.take_place(circle=circle, person=request.user)
    except TooManyCircles:
        return too_many(request)
    messages.success(request, _("You host this circle now."))
    return redirect("people:circle", public_id=public_id)


@door
def refuse(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say no to the host's place."""
    joined = Circle.objects.joined_by(request.user.pk)
    circle = get_object_or_404(joined, public_id=public_id)
    circles.refuse_place(circle=circle, person=request.user)
    return redirect("people:circle", public_id=public_id)


def _hosted(request: SignedInRequest, public_id: str) -> Circle:
    hosted = Circle.objects.open().filter(host=request.user)
    return get_object_or_404(hosted, public_id=public_id)


def _in_or_asking(public_id: str, who: str) -> Person:
    places = CircleMember.objects.filter(circle__public_id=public_id, person__public_id=who)
    return get_object_or_404(places.select_related("person")).person
