"""Circles as their members and visitors have them: seeing, coming in, going."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.web import UNPROCESSABLE, form_page, page_of, refused
from people import circle_places, circle_reading, circles, trust
from people.circle_places import AskedTooOften, CircleIsFull, HostStays
from people.circles import NotAllowed, TooManyCircles
from people.forms import AskCircleForm, CircleForm
from people.models import Circle, CircleMember, Person
from people.web import SignedInRequest, door

PAGE = 50
FACES = 8
State = CircleMember.State


@require_safe
@never_cache
@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """List the circles a person is in, and those that have not answered."""
    page = {
        "circles": circle_reading.circles_of(request.user.pk),
        "asked": circle_reading.asked_by(request.user),
    }
    return render(request, "people/circles.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new(request: SignedInRequest) -> HttpResponse:
    """Open a circle."""
    start = {"seen_by": Circle.SeenBy.MEMBERS, "may_ask": True}
    form = CircleForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_bound and form.is_valid():
        try:
            circle = circles.open_circle(host=request.user, **form.cleaned_data)
        except TooManyCircles:
            return too_many(request)
        messages.success(request, _("Your circle is open. Invite whom you would like in it."))
        return redirect("people:circle_people", public_id=circle.public_id)
    return form_page(request, "people/circle_form.html", form)


@require_safe
@never_cache
def circle(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a circle to whoever may see it."""
    shown = visible(request, public_id)
    return render(request, "people/circle.html", facts_of(request, shown))


@require_safe
@never_cache
@login_required
def people(request: SignedInRequest, public_id: str) -> HttpResponse:
    """List who is in a circle, for its members; its host lets in and sends away here."""
    shown = _joined(request, public_id)
    is_host = shown.host_id == request.user.pk and shown.state == Circle.State.OPEN
    page = page_of(request, circle_reading.members_of(shown, request.user.pk), size=PAGE)
    facts: dict[str, Any] = {"circle": shown, "page": page, "is_host": is_host}
    if is_host:
        facts["asking"] = circle_reading.asking(shown)
        facts["link"] = request.build_absolute_uri(f"/c/{shown.invite_code}")
    return render(request, "people/circle_people.html", facts | {"members": list(page)})


@require_safe
@never_cache
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Where a circle's link leads: one button, to come in."""
    invited_to = _invited(request, code)
    if circle_reading.place_of(invited_to, request.user) == State.MEMBER:
        return redirect("people:circle", public_id=invited_to.public_id)
    return render(request, "people/circle_invitation.html", {"circle": invited_to, "code": code})


@door
def join(request: SignedInRequest, code: str) -> HttpResponse:
    """Come in by a circle's link."""
    invited_to = _invited(request, code)
    return _enter(
        request,
        lambda: circle_places.join(circle=invited_to, code=code, person=request.user),
    )


@door
def ask(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask the host to be let in."""
    shown = visible(request, public_id)
    form = AskCircleForm(request.POST)
    if not form.is_valid():
        facts = facts_of(request, shown) | {"form": form}
        return render(request, "people/circle.html", facts, status=UNPROCESSABLE)
    words = form.cleaned_data["words"]
    return _enter(
        request, lambda: circle_places.ask(circle=shown, person=request.user, words=words)
    )


@door
def withdraw(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take back that one asked."""
    asked = get_object_or_404(_waiting(request.user), circle__public_id=public_id)
    circle_places.withdraw(circle=asked.circle, person=request.user)
    messages.success(request, _("Your request is taken back."))
    return redirect("people:circles")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def leave(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Leave a circle, after asking whether it is meant."""
    left = _joined(request, public_id)
    if request.method != "POST":
        page = {"circle": left, "closes": circle_places.closes_behind(left, request.user)}
        return render(request, "people/circle_leave.html", page)
    try:
        circle_places.leave(circle=left, person=request.user)
    except HostStays:
        return refused(
            request,
            title=_("A circle needs a host"),
            message=_("Ask somebody in it to take your place, or close it for everybody."),
            back=f"{circles.path_of(left)}/people",
        )
    messages.success(request, _("You have left %(circle)s.") % {"circle": left.name})
    return redirect("people:circles")


def facts_of(request: HttpRequest, shown: Circle) -> dict[str, Any]:
    """Return what a circle's page says of it to whoever asks."""
    viewer = request.user
    viewer_id = viewer.pk if viewer.is_authenticated else None
    members = trust.together(circles.members(shown), viewer_id)
    place = circle_reading.place_of(shown, viewer)
    is_in, is_open = place == State.MEMBER, shown.state == Circle.State.OPEN
    return {
        "circle": shown,
        "place": place,
        "is_open": is_open,
        "is_host": is_in and is_open and shown.host_id == viewer_id,
        "host": members.filter(pk=shown.host_id).first(),
        "number": members.count(),
        "faces": list(members.order_by("name", "pk")[:FACES]) if is_in else [],
        "may_take": is_open and viewer_id is not None and circles.may_take(shown, viewer_id),
        "form": AskCircleForm(),
    }


def visible(request: HttpRequest, public_id: str) -> Circle:
    """Return a circle that this visitor may see, or answer 404."""
    shown = circle_reading.visible_to(request.user).select_related("host")
    return get_object_or_404(shown, public_id=public_id)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer that somebody is in, or hosts, enough circles."""
    return refused(
        request,
        title=_("Enough circles"),
        message=_("You are in as many circles as one can be. Leave one, or close one, first."),
        back="/me/circles",
    )


def full(request: HttpRequest) -> HttpResponse:
    """Answer that nobody fits into a circle any more."""
    message = _("There is no place left in this circle. Ask its host to tell you of the next.")
    return refused(request, title=_("This circle is full"), message=message, back="/me/circles")


def _enter(request: SignedInRequest, come_in: Callable[[], CircleMember]) -> HttpResponse:
    try:
        place = come_in()
    except NotAllowed:
        raise Http404 from None
    except TooManyCircles:
        return too_many(request)
    except CircleIsFull:
        return full(request)
    except AskedTooOften:
        answer = refused(
            request,
            title=_("Enough for today"),
            message=_("You have asked many circles today. Go on tomorrow."),
            back="/me/circles",
        )
        answer.status_code = 429
        answer["Retry-After"] = "86400"
        return answer
    if place.state == State.MEMBER:
        messages.success(request, _("You are in."))
        return redirect("people:circle", public_id=place.circle.public_id)
    messages.success(request, _("Asked. You will hear when the host lets you in."))
    return redirect("people:circles")


def _invited(request: HttpRequest, code: str) -> Circle:
    found = Circle.objects.open().filter(invite_code=code, host__is_active=True)
    invited_to = get_object_or_404(found.select_related("host"))
    viewer = request.user
    if viewer.is_authenticated and invited_to.host_id in trust.blocked_ids(viewer.pk):
        raise Http404
    return invited_to


def _joined(request: SignedInRequest, public_id: str) -> Circle:
    joined = Circle.objects.joined_by(request.user.pk).select_related("host")
    return get_object_or_404(joined, public_id=public_id)


def _waiting(person: Person) -> Any:
    states = [State.ASKED, State.DECLINED]
    return CircleMember.objects.filter(person=person, state__in=states).select_related("circle")
