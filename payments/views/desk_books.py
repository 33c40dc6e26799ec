"""The desk: files for the bank, statements, differences, and debts given up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit import clock
from kit.web import UNPROCESSABLE, form_page, page_of
from payments import carrying, payouts, rails, reasons, suspense, writing_off
from payments.forms import DecideForm, FileForm, ResolveForm, StatementForm, WriteOffForm
from payments.gateways.registry import rail
from payments.models import Difference, Payout, PayoutFile, Statement, WriteOff
from payments.web import finance_only, not_so
from people.web import SignedInRequest

PAGE = 40
BANK = "bank_csv"

FACTS: dict[type[Exception], Any] = {
    suspense.AlreadyResolved: gettext_lazy("Somebody explained it before."),
    suspense.NoSuchAccount: gettext_lazy("No open account bears this name."),
    suspense.OwnAccount: gettext_lazy("It is your own account. Somebody else has to do it."),
    suspense.Overdrawn: gettext_lazy("The account would fall too low."),
    writing_off.NotOldEnough: gettext_lazy("It is not a debt of 180 days, or it owes less by now."),
    writing_off.AskedBefore: gettext_lazy("It waits for a second person already, or is decided."),
    writing_off.SecondPersonNeeded: gettext_lazy("Another person has to do this."),
}


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def files(request: SignedInRequest) -> HttpResponse:
    """List the files for the bank, and make one of what waits."""
    form = FileForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.cleaned_data["rail"] in payouts.rails_by_file():
        try:
            file = carrying.make_file(**form.cleaned_data, by=request.user)
        except carrying.NothingToCarry:
            why = _("Nothing waits for a file.")
            return not_so(request, why, back="/desk/money/files")
        done = _("A file of %(count)s payouts is made. Give it to the bank once.")
        messages.success(request, done % {"count": file.payouts_count})
        return redirect("payments:desk_files")
    rows = PayoutFile.objects.defer("content").select_related("made_by").order_by("-pk")
    open_count = Count("payouts", filter=Q(payouts__state=Payout.State.UNKNOWN))
    page = {"waiting": _waiting(), "page": page_of(request, rows.annotate(o=open_count), size=PAGE)}
    return form_page(request, "payments/desk/files.html", form, page)


@finance_only
@require_safe
@never_cache
def download(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hand out a file: always the same bytes."""
    file = get_object_or_404(PayoutFile, reference=reference)
    answer = HttpResponse(bytes(file.content), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="payouts-{file.reference}.csv"'
    return answer


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def statements(request: SignedInRequest) -> HttpResponse:
    """Show what does not add up, day by day, and take a bank's statement."""
    form = StatementForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        answer = _bring(request, form)
        if answer is not None:
            return answer
    lines = Count("lines"), Count("lines", filter=~Q(lines__match="matched"))
    rows = Statement.objects.select_related("brought_by").annotate(kept=lines[0], odd=lines[1])
    page = {
        "page": page_of(request, rows.order_by("-day", "-pk"), size=PAGE),
        "differences": list(Difference.objects.open()[:PAGE]),
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "payments/desk/statements.html", page | {"form": form}, status=status)


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def difference(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one difference, and take its explanation."""
    row = get_object_or_404(Difference.objects.select_related("resolved_by"), pk=pk)
    form = ResolveForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        try:
            suspense.resolve(
                difference=row,
                resolution=found["resolution"],
                reason=found["why"],
                account=found["account"],
                by=request.user,
            )
        except suspense.NoSuchAccount as fact:
            form.add_error("account", str(FACTS[type(fact)]))
        except tuple(FACTS) as fact:
            return not_so(request, str(FACTS[type(fact)]), back=f"/desk/money/differences/{pk}")
        else:
            messages.success(request, _("Explained."))
            return redirect("payments:desk_statements")
    return form_page(request, "payments/desk/difference.html", form, {"difference": row})


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write_offs(request: SignedInRequest) -> HttpResponse:
    """List old debts and what was asked about them, and ask for one to be given up."""
    form = WriteOffForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        try:
            writing_off.ask(account=found["account"], reason=found["why"], by=request.user)
        except tuple(FACTS) as fact:
            return not_so(request, str(FACTS[type(fact)]), back="/desk/money/write-offs")
        messages.success(request, _("Asked. A second person has to approve it."))
        return redirect("payments:desk_write_offs")
    return _debts_page(request, form)


@finance_only
@require_POST
def decide_write_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a debt up as the second person, or leave it as it is."""
    row, form = get_object_or_404(WriteOff, pk=pk), DecideForm(request.POST)
    if not form.is_valid():
        return _debts_page(request, form)
    approves = form.cleaned_data["act"] == "approve"
    decide = writing_off.approve if approves else writing_off.refuse
    try:
        decide(write_off=row, by=request.user)
    except tuple(FACTS) as fact:
        return not_so(request, str(FACTS[type(fact)]), back="/desk/money/write-offs")
    messages.success(request, _("Written down."))
    return redirect("payments:desk_write_offs")


def _debts_page(request: SignedInRequest, form: WriteOffForm | DecideForm) -> HttpResponse:
    asked = WriteOff.objects.select_related("asked_by", "decided_by").order_by("-pk")
    waiting = set(asked.filter(state=WriteOff.State.ASKED).values_list("account", flat=True))
    debts = [debt for debt in writing_off.old_debts() if debt.account not in waiting]
    page = {"debts": debts, "page": page_of(request, asked, size=PAGE)}
    return form_page(request, "payments/desk/write_offs.html", form, page)


def _waiting() -> list[dict[str, Any]]:
    due = Payout.objects.claimable(now=clock.now()).filter(provider__in=payouts.rails_by_file())
    found = (
        due.order_by()
        .values("provider", "currency")
        .annotate(n=Count("pk"), sum_minor=Sum("amount_minor"))
    )
    return [{**row, "name": rails.name_of(row["provider"])} for row in found]


def _bring(request: SignedInRequest, form: StatementForm) -> HttpResponse | None:
    (currency,) = rail(BANK).capabilities.currencies
    content = form.cleaned_data["file"].read()
    try:
        kept, bad = carrying.bring_statement(
            rail=BANK, currency=currency, content=content, by=request.user
        )
    except carrying.NotAStatement as unreadable:
        form.add_error("file", reasons.what_is_wrong_with_file(unreadable.code))
        return None
    except carrying.BroughtBefore:
        why = _("This very file was read before.")
        return not_so(request, why, back="/desk/money/statements")
    messages.success(request, _("Read: %(count)s lines.") % {"count": kept.lines_count})
    for line in bad[:10]:
        why = reasons.what_is_wrong_with_line(line.code)
        said = _("Line %(number)s was left out: %(why)s")
        messages.warning(request, said % {"number": line.number, "why": why})
    return redirect("payments:desk_statements")
