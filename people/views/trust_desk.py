"""The desk for trust: last night's run, who the walk starts from, whose word weighs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kit.states import TransitionRefused
from kit.web import form_page, page_of, refused
from people import trust_bars, trust_rules, trust_run, trust_seeds
from people.models import Person, StaffRole, TrustBar, TrustRun, TrustSeed
from people.trust_forms import BarForm, SomebodyForm
from people.web import SignedInRequest, role_required

moderators_only = role_required(StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
PAGE = 40
RUNS = 10

ACTS: dict[str, Callable[..., TrustSeed]] = {
    "approve": trust_seeds.approve,
    "refuse": trust_seeds.refuse,
    "ask-away": trust_seeds.ask_away,
    "take-away": trust_seeds.take_away,
    "keep": trust_seeds.keep,
}


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def trust(request: SignedInRequest) -> HttpResponse:
    """Show the last runs and the seeds, and take a proposal."""
    form = SomebodyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wrong = _proposed(form.cleaned_data["who"], request.user)
        if not wrong:
            messages.success(request, _("Proposed. Somebody else has to approve it."))
            return redirect("people:trust_desk")
        form.add_error("who", wrong)
    page = page_of(request, trust_seeds.there_are(), size=PAGE)
    seeds = list(page.object_list)
    known = trust_seeds.fitness([seed.person_id for seed in seeds])
    runs = list(TrustRun.objects.select_related("accepted_by").order_by("-pk")[:RUNS])
    context: dict[str, Any] = {
        "page": page,
        "rows": [(seed, known.get(seed.person_id)) for seed in seeds],
        "runs": runs,
        "waits": bool(runs) and trust_run.may_be_accepted(runs[0]),
        "seeds": len(trust_seeds.starting()),
        "seeds_needed": trust_rules.SEEDS_NEEDED,
    }
    return form_page(request, "people/trust_desk.html", form, context)


@moderators_only
@require_POST
def act_on_seed(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """Approve, refuse, ask away, take away or keep."""
    seed = get_object_or_404(TrustSeed, pk=pk)
    if act not in ACTS:
        raise Http404
    try:
        ACTS[act](seed=seed, by=request.user)
    except trust_seeds.SamePerson:
        message = _("It takes another pair of eyes than who proposed or asked, and than the seed.")
    except TransitionRefused:
        message = _("Somebody else was faster. Look how it stands now.")
    else:
        messages.success(request, _("Saved. The next run goes by it."))
        return redirect("people:trust_desk")
    return refused(request, title=_("Nothing was changed"), message=message, back="/desk/trust")


@moderators_only
@require_POST
def accept_run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the next run pass, however far it moves."""
    try:
        trust_run.accept(run_id=pk, by=request.user)
    except trust_run.NotKeptBack:
        message = _("This run does not wait for anybody any more.")
        return refused(request, title=_("Nothing was changed"), message=message, back="/desk/trust")
    messages.success(request, _("The next run is published, however far it moves."))
    return redirect("people:trust_desk")


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bars(request: SignedInRequest) -> HttpResponse:
    """Show whose word weighs nothing, and take one more."""
    form = BarForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            trust_bars.bar(person=said["who"], reason=said["reason"], by=request.user)
        except trust_bars.BarredBefore:
            form.add_error("who", _("Their word weighs nothing already."))
        except trust_bars.NotOneself:
            form.add_error("who", _("That is you. Let somebody else judge."))
        else:
            messages.success(request, _("Their word weighs nothing from now on."))
            return redirect("people:trust_bars")
    page = page_of(request, trust_bars.standing(), size=PAGE)
    context = {"page": page, "rows": list(page.object_list)}
    return form_page(request, "people/trust_bars.html", form, context)


@moderators_only
@require_POST
def lift_bar(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody's word weigh again."""
    row = get_object_or_404(TrustBar, pk=pk)
    try:
        trust_bars.lift(bar_id=row.pk, by=request.user)
    except trust_bars.NotOneself:
        message = _("That is you. Let somebody else judge.")
        back = "/desk/trust/bars"
        return refused(request, title=_("Nothing was changed"), message=message, back=back)
    messages.success(request, _("Lifted. Their word weighs again after the next run."))
    return redirect("people:trust_bars")


def _proposed(person: Person, by: Person) -> str:
    """Propose somebody; return what is wrong with it, or nothing."""
    try:
        trust_seeds.propose(person=person, by=by)
    except trust_seeds.SamePerson:
        return _("That is you. Let somebody else propose you.")
    except trust_seeds.NotFit:
        return _(
            "Not yet: a seed is here for half a year, has five settled orders with three"
            " people, and signs in with a passkey."
        )
    except trust_seeds.SeedBefore:
        return _("They are on the list already.")
    return ""
