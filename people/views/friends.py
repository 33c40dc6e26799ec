"""Friends: finding, asking, answering, ending; and the page others see."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.web import form_page, page_of, refused, way_back
from people import friendships, invitations, trust
from people.fields import Address
from people.forms import FindForm
from people.models import FriendRequest, Person
from people.standing import Standing, asked_by, open_requests, standing
from people.web import SignedInRequest, door

PAGE = 50
TOO_MANY = 429


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def friends(request: SignedInRequest) -> HttpResponse:
    """Show friends and requests, and find somebody by their exact address or link."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _find(request, form.cleaned_data["who"])
    return form_page(request, "people/friends.html", form, _friends_page(request))


@require_safe
@never_cache
@login_required
def my_code(request: SignedInRequest) -> HttpResponse:
    """Show one's own code, large, for a friend across the table."""
    page = {
        "link": invitations.link_of(request.user),
        "code": invitations.code_of(request.user),
        "number": invitations.number_of(request.user),
    }
    return render(request, "people/my_code.html", page)


@require_safe
@never_cache
@login_required
def my_code_file(request: SignedInRequest) -> HttpResponse:
    """Give one's own code as a picture to print or send."""
    answer = HttpResponse(invitations.sheet_of(request.user), content_type="image/svg+xml")
    answer["Content-Disposition"] = 'attachment; filename="friend.svg"'
    return answer


@require_safe
@never_cache
def page_of_person(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show somebody's page; who was blocked by them finds nothing."""
    shown = _visible(request, public_id)
    page: dict[str, Any] = {"person": shown, "standing": Standing.STRANGERS, "mutual": []}
    if request.user.is_authenticated:
        page["standing"] = standing(viewer=request.user, other=shown)
    if page["standing"] != Standing.SELF and request.user.is_authenticated:
        page["mutual"] = trust.mutual_friends(request.user.pk, shown.pk)
    return render(request, "people/person.html", page)


@require_safe
@never_cache
def invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where a person's link or square code leads: one button, to ask them."""
    shown = _visible(request, public_id)
    if request.user.is_authenticated and not _are_strangers(request.user, shown):
        return redirect("people:person", public_id=shown.public_id)
    return render(request, "people/invitation.html", {"person": shown})


@door
def ask(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask somebody to be friends."""
    other = _visible(request, public_id)
    try:
        asked = friendships.ask(sender=request.user, receiver=other)
    except friendships.AskedTooOften:
        return _enough(request)
    except friendships.EnoughNewFriends:
        return _enough_friends(request)
    except friendships.AlreadyFriends:
        return redirect("people:person", public_id=other.public_id)
    except friendships.NotAllowed:
        raise Http404 from None
    if asked.state == FriendRequest.State.ACCEPTED:
        messages.success(request, _("You are friends now."))
    else:
        undo = f"undo:/u/{other.public_id}/withdraw"
        messages.success(request, _("Asked. You will hear when they say yes."), extra_tags=undo)
    return redirect("people:person", public_id=other.public_id)


@door
def accept(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say yes to somebody."""
    asked = _latest(sender__public_id=public_id, receiver=request.user)
    try:
        friendships.accept(request_id=asked.pk, receiver=request.user)
    except friendships.EnoughNewFriends:
        return _enough_friends(request)
    messages.success(request, _("You are friends now."))
    return redirect(way_back(request, default="/me/friends"))


@door
def decline(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say no to somebody, who is not told."""
    asked = _latest(sender__public_id=public_id, receiver=request.user)
    friendships.decline(request_id=asked.pk, receiver=request.user)
    messages.success(request, _("Declined. They are not told."))
    return redirect(way_back(request, default="/me/friends"))


@door
def withdraw(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take one's own request back."""
    asked = _latest(receiver__public_id=public_id, sender=request.user, by_address=False)
    friendships.withdraw(request_id=asked.pk, sender=request.user)
    messages.success(request, _("Your request is taken back."))
    return redirect(way_back(request, default="/me/friends"))


@door
def end(request: SignedInRequest, public_id: str) -> HttpResponse:
    """End a friendship."""
    other = _visible(request, public_id)
    if friendships.end(person=request.user, friend=other):
        messages.success(request, _("You are no longer friends."))
    return redirect("people:person", public_id=other.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def block(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Shut the door on somebody, after asking whether it is meant."""
    other = _visible(request, public_id)
    if other == request.user:
        raise Http404
    if request.method != "POST":
        return render(request, "people/block.html", {"person": other})
    friendships.block(blocker=request.user, blocked=other)
    messages.success(request, _("Blocked."), extra_tags=f"undo:/u/{other.public_id}/unblock")
    return redirect("people:person", public_id=other.public_id)


@door
def unblock(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Open the door again."""
    other = _visible(request, public_id)
    friendships.unblock(blocker=request.user, blocked=other)
    messages.success(request, _("No longer blocked."))
    return redirect("people:person", public_id=other.public_id)


def _are_strangers(viewer: Person, other: Person) -> bool:
    return standing(viewer=viewer, other=other) == Standing.STRANGERS


def _visible(request: HttpRequest, public_id: str) -> Person:
    return get_object_or_404(trust.visible_to(request.user), public_id=public_id)


def _latest(**facts: Any) -> FriendRequest:
    newest = FriendRequest.objects.filter(**facts).order_by("-pk").first()
    if newest is None:
        raise Http404
    return newest


def _friends_page(request: SignedInRequest) -> dict[str, Any]:
    is_open = open_requests().order_by("-pk")
    received = is_open.filter(receiver=request.user).select_related("sender")
    sent = asked_by(request.user).select_related("receiver")
    mine = trust.friends_of(request.user).order_by("name", "pk")
    return {
        "page": page_of(request, mine, size=PAGE),
        "received": [asked.sender for asked in received[:PAGE]],
        "sent": [asked.receiver for asked in sent[:PAGE]],
    }


def _find(request: SignedInRequest, who: Address) -> HttpResponse:
    if who.public_id:
        return redirect("people:person", public_id=who.public_id)
    try:
        friendships.ask_by_address(sender=request.user, email=who.email, phone=who.phone)
    except friendships.AskedTooOften:
        return _enough(request)
    messages.success(request, _("If they are here, they will see your request."))
    return redirect("people:friends")


def _enough(request: HttpRequest) -> HttpResponse:
    return _tomorrow(request, _("You have asked many people today. Go on tomorrow."))


def _enough_friends(request: HttpRequest) -> HttpResponse:
    message = _("One of you has made many friends today. The request stays; answer it tomorrow.")
    return _tomorrow(request, message)


def _tomorrow(request: HttpRequest, message: str) -> HttpResponse:
    answer = refused(request, title=_("Enough for today"), message=message, back="/me/friends")
    answer.status_code = TOO_MANY
    answer["Retry-After"] = "86400"
    return answer
