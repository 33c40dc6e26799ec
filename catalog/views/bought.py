"""What a person bought: their own list, where each says who may know, and what others see."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import bought
from catalog.bought_forms import SeenByForm
from catalog.models import Receipt
from kit.public_ids import PATTERN
from kit.web import UNPROCESSABLE, page_of, way_back
from people import trust
from people.models import Person
from people.web import SignedInRequest

PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """List what one has, each with who may know of it."""
    form = _sent(request) if request.method == "POST" else None
    if form is not None and form.is_valid():
        said = form.cleaned_data
        own = bought.kept_by(request.user)
        product_id = get_object_or_404(own, product__public_id=said["product"]).product_id
        bought.show(person=request.user, product_id=product_id, seen_by=said["seen_by"])
        messages.success(request, _("Saved."))
        return redirect(way_back(request, default="/me/bought"))
    page = page_of(request, bought.kept_by(request.user), size=PAGE)
    rows = [(receipt, _form_of(receipt, form)) for receipt in page]
    context = {"page": page, "rows": rows, "form": form}
    status = UNPROCESSABLE if form is not None else 200
    return render(request, "catalog/bought.html", context, status=status)


@require_safe
@never_cache
def of_person(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what somebody lets this visitor know they bought."""
    person = get_object_or_404(trust.visible_to(request.user), public_id=public_id)
    viewer = request.user if isinstance(request.user, Person) else None
    if viewer is not None and person.pk in trust.blocked_ids(viewer.pk):
        raise Http404
    page = page_of(request, bought.seen_of(viewer, person), size=PAGE)
    context = {"person": person, "page": page, "receipts": list(page)}
    return render(request, "catalog/bought_by.html", context)


def _sent(request: HttpRequest) -> SeenByForm:
    row = request.POST.get("product", "")
    known = re.fullmatch(PATTERN, row) is not None  # only such a row is on the page
    return SeenByForm(request.POST, auto_id=f"id_{row if known else ''}_%s")


def _form_of(receipt: Receipt, sent: SeenByForm | None) -> SeenByForm:
    public_id = receipt.product.public_id
    if sent is not None and sent.data.get("product") == public_id:
        return sent
    start = {"product": public_id, "seen_by": receipt.seen_by}
    return SeenByForm(initial=start, auto_id=f"id_{public_id}_%s")
