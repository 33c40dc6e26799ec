"""What one person stands behind, and what a shop answers to somebody."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import records, replying, witnesses
from catalog.models import Endorsement
from catalog.versions import READ_BY_THE_SHOP
from catalog.word_forms import ReplyForm
from kit.web import form_page, page_of, refused
from people import trust
from people.models import Person
from people.web import SignedInRequest
from shops.staff import Act, shops_for


@require_safe
def said_by(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what somebody said that this reader may read, and what came of it."""
    viewer = request.user if isinstance(request.user, Person) else None
    person = get_object_or_404(trust.visible_to(request.user), public_id=public_id)
    if viewer is not None and person.pk in trust.blocked_ids(viewer.pk):
        raise Http404
    page = page_of(request, witnesses.said_by(viewer, person), size=witnesses.MOST_ON_A_PAGE)
    context = {
        "person": person,
        "is_self": viewer == person,
        "page": page,
        "endorsements": witnesses.told(page.object_list),
        "record": records.of_person(person.pk) if page.paginator.count else None,
    }
    return render(request, "catalog/said_by.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer an endorsement for the shop: once."""
    of_shop = Endorsement.objects.filter(
        product__shop__in=shops_for(request.user, Act.LIST_PRODUCTS),
        visibility__in=READ_BY_THE_SHOP,
    )
    rows = of_shop.select_related("product__shop", "person", "receipt", "reply")
    said = get_object_or_404(rows, public_id=public_id)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if said.withdrawn_at is not None or hasattr(said, "reply"):
        return _too_late(request, said)
    if request.method == "POST" and form.is_valid():
        return _replied(request, said, form)
    return _form(request, said, form)


def _replied(request: SignedInRequest, said: Endorsement, form: ReplyForm) -> HttpResponse:
    try:
        replying.reply(
            endorsement=said,
            author=request.user,
            words=form.cleaned_data["words"],
            language=get_language() or "zh-hans",
        )
    except replying.NotLikeThis as seen:
        told = {"word": seen.args[0]}
        form.add_error("words", _("“%(word)s” cannot stand here. Say it in other words.") % told)
        return _form(request, said, form)
    except replying.CannotReply:
        return _too_late(request, said)
    messages.success(request, _("Your reply stands below their words."))
    return redirect("catalog:endorsements", public_id=said.product.public_id)


def _form(request: HttpRequest, said: Endorsement, form: ReplyForm) -> HttpResponse:
    page = {
        "endorsements": witnesses.told([said]),
        "product": said.product,
        "shop": said.product.shop,
    }
    return form_page(request, "catalog/reply.html", form, page)


def _too_late(request: HttpRequest, said: Endorsement) -> HttpResponse:
    return refused(
        request,
        title=_("There is nothing to answer any more"),
        message=_("The shop has replied already, or the words were taken back."),
        back=f"/p/{said.product.public_id}/endorsements",
    )
