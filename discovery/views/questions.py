"""The doors of questions: asking friends or a circle, and answering."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import receipts
from catalog.models import Endorsement, Product
from discovery import asking
from discovery.forms import AnswerForm, AskForm
from discovery.models import Question
from kit.web import form_page, refused
from people.models import Circle, Person
from people.web import SignedInRequest, door

A_PAGE = 30
GET_AND_POST = ["GET", "HEAD", "POST"]


@login_required
@require_safe
@never_cache
def questions(request: SignedInRequest) -> HttpResponse:
    rows = Question.objects.seen_by(request.user).select_related("asker", "circle")
    rows = rows.annotate(count=asking.answers_counted(request.user))
    rows = rows.order_by("-asked_at", "-pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "discovery/questions/all.html", {"page": page, "rows": list(page)})


@login_required
@require_http_methods(GET_AND_POST)
def ask(request: SignedInRequest) -> HttpResponse:
    circles = Circle.objects.open().joined_by(request.user.pk).order_by("name", "pk")
    sent = request.POST if request.method == "POST" else None
    form = AskForm(sent, circles=circles, initial={"words": request.GET.get("q", "")[:80]})
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "discovery/questions/ask.html", form)
    try:
        asked = asking.ask(asker=request.user, **form.cleaned_data)
    except asking.NotLikeThis as seen:
        _not_like_this(form, seen)
        return form_page(request, "discovery/questions/ask.html", form)
    except asking.NobodyToAsk:
        title = _("There is nobody to ask yet")
        message = _("Find a friend first, or join a circle. Then they can answer you.")
        return refused(request, title=title, message=message, back="/me/friends")
    except asking.AskedTooMuch:
        title = _("That is enough for today")
        message = _("You asked ten times today. Ask again tomorrow.")
        return refused(request, title=title, message=message, back="/friends/questions")
    messages.success(request, _("Asked. You hear when somebody answers."))
    return redirect("discovery:question", public_id=asked.public_id)


@login_required
@require_http_methods(GET_AND_POST)
@never_cache
def question(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a question with its answers, and take an answer."""
    rows = Question.objects.seen_by(request.user).select_related("asker", "circle")
    found = get_object_or_404(rows, public_id=public_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (done := _answer(request, found, form)):
        return done
    answers = asking.answers_seen(found, request.user)
    own = next((one for one in answers if one.person_id == request.user.pk), None)
    context: dict[str, Any] = {
        "question": found,
        "answers": answers,
        "is_own": found.asker_id == request.user.pk,
        "own": own,
        "draft": _draft(request.user, own.product, own.words) if own and own.product else "",
    }
    return form_page(request, "discovery/questions/question.html", form, context)


def _answer(request: SignedInRequest, found: Question, form: AnswerForm) -> HttpResponse | None:
    """Take an answer, or return None when its words cannot stand and the form says so."""
    back = f"/friends/questions/{found.public_id}"
    try:
        asking.answer(question=found, person=request.user, **form.cleaned_data)
    except asking.NotLikeThis as seen:
        _not_like_this(form, seen)
        return None
    except Question.DoesNotExist as gone:
        raise Http404 from gone
    except (asking.Over, asking.OwnQuestion):
        title = _("This question takes no answer from you")
        message = _("It was closed, or it is your own.")
        return refused(request, title=title, message=message, back=back)
    messages.success(request, _("Answered: %(name)s is told.") % {"name": found.asker.name})
    return redirect(back)


def _not_like_this(form: AskForm | AnswerForm, seen: asking.NotLikeThis) -> None:
    told = {"word": seen.args[0]}
    form.add_error("words", _("“%(word)s” cannot stand here. Say it in other words.") % told)


def _draft(person: Person, product: Product, words: str) -> str:
    """Return where an answer becomes an endorsement: empty unless its writer could give one.

    Only who received the product and has not spoken of it yet is offered that.
    """
    if Endorsement.objects.filter(person=person, product=product).exists():
        return ""
    if receipts.may_endorse(person, product) is None:
        return ""
    return f"/p/{product.public_id}/endorse?{urlencode({'words': words[:60]})}"


@door
def close(request: SignedInRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(Question, asker=request.user, public_id=public_id)
    asking.close(question=found, by=request.user)
    return redirect("discovery:question", public_id=public_id)
