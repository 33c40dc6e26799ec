"""How trust and ranking work, said from the very numbers they work with."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog import item_circles, item_scores, item_stars, nearness
from kit.web import pressed
from people import privacy, trust_rules, trust_score
from people.models import Person

SHARED_SHOWN = (1, 3)  # friends in common, as examples


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def about_trust(request: HttpRequest) -> HttpResponse:
    """Explain what a word weighs and what comes first, and let a person switch theirs off."""
    if request.method == "POST":
        return _switched(request)
    last = trust_score.published()
    page = {
        "last": last,
        "counts": last is not None and last.counts,
        "seeds_needed": trust_rules.SEEDS_NEEDED,
        "is_signed_in": request.user.is_authenticated,
        "is_personalised": privacy.personalised(request),
        "account": _account(),
        "item": _item(),
        "view": _view(),
    }
    return render(request, "catalog/about_trust.html", page)


def _switched(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, Person):
        return redirect_to_login("/about/trust")
    wanted = pressed(request, "on", "off", name="wanted") == "on"
    privacy.set_personalised(person=request.user, wanted=wanted)
    messages.success(request, _("Saved. You see it from the next page on."))
    return redirect("catalog:about_trust")


def _percent(share: float) -> int:
    return round(100 * share)


def _account() -> dict[str, Any]:
    return {
        "friendship_days": trust_rules.FRIENDSHIP_AGE.days,
        "a_trade": _percent(trust_rules.A_TRADE),
        "trades": trust_rules.TRADES_COUNTED,
        "friends": trust_rules.STRONGEST_FRIENDS,
        "faint": _percent(trust_rules.TOO_FAINT),
        "well": _percent(trust_rules.WELL_REACHED),
        "needed": trust_rules.FRIENDS_NEEDED,
        "young_days": trust_rules.YOUNG.days,
        "young": _percent(trust_rules.YOUNG_FACTOR),
        "young_most": _percent(trust_rules.YOUNG_FACTOR / trust_rules.FRIENDS_NEEDED),
    }


def _item() -> dict[str, Any]:
    return {
        "recent": _percent(item_scores.RECENT),
        "given": _percent(item_scores.GIVEN),
        "least_paid_minor": item_scores.LEAST_PAID_MINOR,
        "at_one_mark": item_scores.MOST_AT_ONE_MARK,
        "halved_days": int(item_scores.HALVED_AFTER_DAYS),
        "may_earn": _percent(item_scores.MAY_EARN),
        "circle": item_circles.MOST_OF_A_CIRCLE,
        "shared": item_circles.SHARED_FRIENDS,
        "prior_stars": item_stars.PRIOR_STARS,
        "prior_weight": item_stars.PRIOR_WEIGHT,
        "enough_others": int(item_stars.ENOUGH_OTHERS),
        "most_moved": item_stars.MOST_MOVED_STARS,
    }


def _view() -> dict[str, Any]:
    one, several = (
        _percent(min(1 - nearness.NEARNESS_BASE**shared, nearness.MOST_NEARNESS))
        for shared in SHARED_SHOWN
    )
    return {
        "one": one,
        "several": several,
        "several_shared": SHARED_SHOWN[1],
        "most": _percent(nearness.MOST_NEARNESS),
        "strangers": _percent(nearness.STRANGERS),
        "gateway": nearness.MOST_OF_A_GATEWAY,
    }
