"""A vendor's look at who shares the shop, and their word on single sharers."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kit import tables
from kit.web import download, form_page, moved_on
from people.models import Person
from people.web import SignedInRequest
from referrals import costs, programme, sharers_table, standing
from referrals.programme_forms import ReasonForm
from shops.models import Shop
from shops.staff import Act, may
from shops.web import shop_required

ROWS_A_PAGE = 30
GOODS_SHOWN = 50


@require_safe
@shop_required(Act.SEE_MONEY)
def sharers(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Show what the shop pays, to whom, and what another month like the last would cost."""
    removed = request.GET.get("show") == "removed"
    ranking = standing.Ranking(shop, removed=removed)
    page = Paginator(ranking, ROWS_A_PAGE).get_page(request.GET.get("page"))
    pairs = [(shop.pk, one.person_id) for one in page.object_list]
    barred = programme.barred_among(pairs)
    context = {
        "shop": shop,
        "terms": shop.terms,
        "who": programme.who_of(shop),
        "examples": costs.examples(shop),
        "forecast": costs.forecast(shop, default_bp=shop.terms.commission_bp),
        "total": ranking.total,
        "removed": removed,
        "page": page,
        "rows": [(one, barred[shop.pk, one.person_id]) for one in page.object_list],
        "may_change": may(request.user, Act.EDIT_SHOP, shop),
    }
    return render(request, "referrals/sharers.html", context)


@require_safe
@shop_required(Act.SEE_MONEY)
def as_table(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Hand out every sharer and what they brought as a file."""
    rows = tables.lines(sharers_table.head(), sharers_table.rows_of(shop))
    return download(rows, name=f"sharers-{shop.handle}.csv")


@require_safe
@shop_required(Act.SEE_MONEY)
def sharer(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Show what one person brought, product by product; who bought is not shown."""
    return _page(request, shop, _known(shop, public_id), ReasonForm())


@shop_required(Act.EDIT_SHOP)
@require_POST
def remove(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Pay somebody no more for what is ordered from now on."""
    if request.POST.get("shop", shop.handle) != shop.handle:  # shown before they chose another
        return moved_on(request)
    person, form = _known(shop, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, shop, person, form)
    try:
        programme.remove(shop=shop, person=person, by=request.user, **form.cleaned_data)
    except programme.NotHere:
        form.add_error("reason", _("Take back the invitation instead: nothing was shared yet."))
        return _page(request, shop, person, form)
    messages.success(request, _("%(name)s earns nothing more here.") % {"name": person.name})
    return redirect("referrals:sharer", public_id=person.public_id)


@shop_required(Act.EDIT_SHOP)
@require_POST
def let_back(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Undo a removal."""
    person = _known(shop, public_id)
    programme.let_back(shop=shop, person=person, by=request.user)
    messages.success(request, _("%(name)s may share for pay again.") % {"name": person.name})
    return redirect("referrals:sharer", public_id=person.public_id)


def _known(shop: Shop, public_id: str) -> Person:
    return get_object_or_404(programme.known_to(shop, Person.objects.all()), public_id=public_id)


def _page(request: SignedInRequest, shop: Shop, person: Person, form: ReasonForm) -> HttpResponse:
    context = {
        "shop": shop,
        "person": person,
        "barred": programme.barred(shop_id=shop.pk, person_id=person.pk),
        "removal": programme.open_removal(shop, person),
        "brought": standing.brought_by(shop, person),
        "goods": standing.goods_of(shop, person, most=GOODS_SHOWN),
        "may_change": may(request.user, Act.EDIT_SHOP, shop),
    }
    return form_page(request, "referrals/sharer.html", form, context)
