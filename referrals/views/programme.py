"""What a shop pays its sharers, and who they may be: the owner's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Product
from catalog.rates import Rates, RatesMoved, set_rates
from kit.web import CONFLICT, form_page, moved_on, page_of, pressed, too_many
from people.fields import Address
from people.friendships import AskedTooOften
from people.models import Person
from people.web import SignedInRequest, proved_lately
from referrals import costs, programme, rates_seen
from referrals.programme_forms import InviteForm, RatesForm, WhoForm, own_field
from referrals.rates_seen import SeenRates
from shops.models import Shop
from shops.staff import Act
from shops.web import rates_draft, shop_required

FORBIDDEN = 403
GOODS_A_PAGE = 30
A_PAGE = 50
LOOKING = ("look", "every")  # presses after which nothing is saved

WHY_NOT: dict[type[Exception], str | Promise] = {
    programme.AlreadyInvited: gettext_lazy("%(name)s is invited already."),
    programme.RemovedBefore: gettext_lazy(
        "You ended sharing for pay for %(name)s. Undo that on their page first."
    ),
    programme.WorksHere: gettext_lazy(
        "%(name)s works here, and staff earn nothing from their shop."
    ),
    programme.WantsNoNews: gettext_lazy("%(name)s cannot be invited."),
}


@shop_required(Act.EDIT_SHOP)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rates(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Set the rates; what they mean in money can be looked at before they are saved."""
    goods = page_of(request, _asked_for(request, shop), size=GOODS_A_PAGE)
    if request.method != "POST":
        return _rates_page(request, shop, goods, _rates_form(request, shop, goods, ""))
    act = pressed(request, *LOOKING, default="save")
    seen, shown = _seen(request, shop), _shown(request, goods)
    if seen is None or not {one.public_id for one in shown} <= set(seen.own):
        return moved_on(request)
    form = _rates_form(request, shop, goods, act)
    if rates_seen.moved_since(seen, shop, shown):
        return _rates_moved(request, shop, form, seen)
    if act == "save" and form.is_valid():
        return _saved(request, shop, form, seen)
    return _rates_page(request, shop, goods, form)


def _rates_page(
    request: SignedInRequest, shop: Shop, goods: Page[Product], form: RatesForm
) -> HttpResponse:
    return form_page(request, "referrals/rates.html", form, _meaning(request, shop, goods, form))


def _asked_for(request: SignedInRequest, shop: Shop) -> QuerySet[Product]:
    only, goods = request.GET.get("only", ""), costs.goods_of(shop)
    if not only:
        return goods
    get_object_or_404(shop.products, public_id=only.upper())
    return goods.filter(public_id=only.upper())


def _seen(request: SignedInRequest, shop: Shop) -> SeenRates | None:
    """Return what the page showed that was sent, or None if it was no page of this shop."""
    seen = rates_seen.read(request.POST.get("seen", ""))
    return seen if seen is not None and seen.handle == shop.handle else None


def _shown(request: SignedInRequest, goods: Iterable[Product]) -> list[Product]:
    return [one for one in goods if own_field(one) in request.POST]


def _rates_moved(
    request: SignedInRequest, shop: Shop, form: RatesForm, seen: SeenRates
) -> HttpResponse:
    """Answer 409 with what somebody else changed; what was typed is kept for another look."""
    if form.is_valid():
        request.session[rates_draft(shop)] = _draft(form, seen)
    fresh = Shop.objects.select_related("terms").get(pk=shop.pk)
    goods = shop.products.filter(public_id__in=seen.own).order_by("-created_at", "-pk")
    page = {
        "shop": shop,
        "moved": rates_seen.moved_since(seen, fresh, goods),
        "is_kept": form.is_valid(),
        "back": request.get_full_path(),
    }
    return render(request, "referrals/rates_moved.html", page, status=CONFLICT)


def _draft(form: RatesForm, seen: SeenRates) -> dict[str, int | None]:
    """Return what was typed and differs from what the page showed, by field."""
    own = form.own()
    goods = [one for one in form.goods if one.pk in own]
    draft = {own_field(one): own[one.pk] for one in goods if own[one.pk] != seen.own[one.public_id]}
    if form.cleaned_data["commission_bp"] != seen.default_bp:
        draft["commission_bp"] = form.cleaned_data["commission_bp"]
    return draft


def _rates_form(request: SignedInRequest, shop: Shop, goods: Page[Product], act: str) -> RatesForm:
    stored: dict[str, int | None] = {"commission_bp": shop.terms.commission_bp}
    stored |= {own_field(one): one.commission_bp for one in goods}
    if not act:
        draft = request.session.get(rates_draft(shop), {})
        return RatesForm(goods=goods, initial=stored | draft)
    sent = request.POST.copy()
    if act == "every":
        for one in goods:
            sent[own_field(one)] = sent.get("every", "")
    return RatesForm(sent, goods=goods)


def _saved(request: SignedInRequest, shop: Shop, form: RatesForm, seen: SeenRates) -> HttpResponse:
    default_bp, own, draft = form.cleaned_data["commission_bp"], form.own(), _draft(form, seen)
    if draft and not proved_lately(request):
        request.session[rates_draft(shop)] = draft
        page = {"next": request.get_full_path()}
        return render(request, "referrals/prove_first.html", page, status=FORBIDDEN)
    stood = {one.pk: seen.own[one.public_id] for one in form.goods if one.pk in own}
    before = Rates(seen.default_bp, stood)
    try:
        set_rates(shop=shop, default_bp=default_bp, own=own, by=request.user, seen=before)
    except RatesMoved:
        return _rates_moved(request, shop, form, seen)
    request.session.pop(rates_draft(shop), None)
    messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


def _meaning(
    request: SignedInRequest, shop: Shop, goods: Page[Product], form: RatesForm
) -> dict[str, Any]:
    """Return what the page says of the rates as they stand in its fields."""
    seen = rates_seen.written(shop, goods)
    default_bp = shop.terms.commission_bp
    own = {one.pk: one.commission_bp for one in goods}
    if form.is_bound and form.is_valid():
        default_bp, own = form.cleaned_data["commission_bp"], own | form.own()
    for one in goods:
        one.commission_bp = own[one.pk]
    return {
        "shop": shop,
        "page": goods,
        "seen": seen,
        "only": request.GET.get("only", ""),
        "rows": [(costs.piece(one, default_bp=default_bp), form[own_field(one)]) for one in goods],
        "forecast": costs.forecast(shop, default_bp=default_bp, own=own),
        "is_draft": not form.is_bound and rates_draft(shop) in request.session,
    }


@shop_required(Act.EDIT_SHOP)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Say who may share for pay, and ask people to."""
    sent = request.POST if request.method == "POST" else None
    if request.POST.get("shop", shop.handle) != shop.handle:  # shown before they chose another
        return moved_on(request)
    is_rule = sent is not None and pressed(request, "who", "invite", name="part") == "who"
    who = WhoForm(sent if is_rule else None, initial={"who": programme.who_of(shop)})
    invite = InviteForm(None if is_rule else sent)
    if who.is_valid():
        programme.set_who(shop=shop, who=who.cleaned_data["who"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("referrals:sharing_rules")
    if invite.is_valid() and (answer := _invited(request, shop, invite)):
        return answer
    invitations = programme.invitations_shown(shop)
    page = page_of(request, invitations.select_related("person").order_by("-pk"), size=A_PAGE)
    context = {"shop": shop, "who": who, "invite": invite, "page": page}
    asked = who if is_rule else invite
    return form_page(request, "referrals/sharing_rules.html", asked, context)


def _invited(request: SignedInRequest, shop: Shop, form: InviteForm) -> HttpResponse | None:
    """Invite whom the form names; of a page it says beside it why not, of an address nothing."""
    address = form.cleaned_data["person"]
    if not address.public_id:
        return _invited_by_address(request, shop, address)
    person = Person.objects.filter(address.condition, is_active=True).first()
    if person is None:
        form.add_error("person", _("Nobody here has this. Ask them to sign in once."))
        return None
    try:
        programme.invite(shop=shop, person=person, by=request.user)
    except tuple(WHY_NOT) as refusal:
        form.add_error("person", str(WHY_NOT[type(refusal)]) % {"name": person.name})
        return None
    messages.success(request, _("%(name)s is told that you invite them.") % {"name": person.name})
    return redirect("referrals:sharing_rules")


def _invited_by_address(request: SignedInRequest, shop: Shop, address: Address) -> HttpResponse:
    try:
        programme.invite_by_address(shop=shop, address=address, by=request.user)
    except AskedTooOften:
        return too_many(request)
    messages.success(request, _("If they are here, they will see your invitation."))
    return redirect("referrals:sharing_rules")


@shop_required(Act.EDIT_SHOP)
@require_POST
def withdraw(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    invited = programme.known_to(shop, Person.objects.all())
    person = get_object_or_404(invited, public_id=public_id)
    programme.withdraw(shop=shop, person=person, by=request.user)
    messages.success(request, _("%(name)s is no longer invited.") % {"name": person.name})
    return redirect("referrals:sharing_rules")
