"""The wallet: what a person has, taking it out, calling it off, and what was sent before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kit import clock
from kit.dates import at_time
from kit.public_ids import public_id
from kit.web import UNPROCESSABLE, download, page_of, refused
from ledger.posting import Overdrawn
from payments import cancelling, destinations, history, holds, payday, payouts, rails, wallet
from payments.forms import WithdrawForm
from payments.models import Payout
from payments.web import said
from people.web import SignedInRequest, door

PAGE = 20
WALLET = "/me/wallet"

# What the world may say to a press of the button, and what to do about it.
WHY_NOT: dict[type[Exception], Any] = {
    payouts.BelowMinimum: gettext_lazy("You can withdraw from %(least)s on."),
    payouts.AboveMaximum: gettext_lazy("At most %(most)s can be sent at once."),
    payouts.NoDestination: gettext_lazy("First say where the money should go."),
    payouts.DestinationTooFresh: gettext_lazy(
        "The account was changed a short while ago. Withdraw again after %(until)s."
    ),
    payouts.PayoutOpen: gettext_lazy(
        "An earlier withdrawal is still on its way. The next one can follow when it has arrived."
    ),
    Overdrawn: gettext_lazy("The balance changed a moment ago. Look at it again."),
}


@require_safe
@never_cache
@login_required
def show(request: SignedInRequest) -> HttpResponse:
    """Show every account of a person, and what was sent before."""
    return render(request, "payments/wallet.html", _wallet_page(request))


@door
def withdraw(request: SignedInRequest) -> HttpResponse:
    """Send what one account has available, or the part of it that was asked for."""
    balance = _own_balance(request)
    form = _form_of(balance, request.POST) if balance else WithdrawForm(request.POST)
    if balance is None or not form.is_valid():
        page = _wallet_page(request, mending=form)
        return render(request, "payments/wallet.html", page, status=UNPROCESSABLE)
    try:
        payout = payouts.ask(
            person=request.user,
            account=balance.account,
            amount_minor=form.cleaned_data["amount"] or balance.available_minor,
            run=f"press-{form.cleaned_data['key'].upper()}",
        )
    except holds.OnHold as held:
        return _on_hold(request, held)
    except tuple(WHY_NOT) as fact:
        why = _why_not(fact, balance.currency)
        return refused(request, title=_("Not yet"), message=why, back=WALLET)
    messages.success(request, _thanks(payout))
    return redirect("payments:wallet")


@door
def call_off(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take a withdrawal back while it was not sent."""
    payout = get_object_or_404(Payout.objects.to(request.user), reference=reference)
    try:
        cancelling.cancel(payout=payout, by=request.user)
    except cancelling.AlreadySent:
        return refused(
            request,
            title=_("It is on its way already"),
            message=_("What was sent cannot be called off. If it comes back, it is yours again."),
            back=WALLET,
        )
    messages.success(request, _("Called off. The money is yours to withdraw again."))
    return redirect("payments:wallet")


@require_safe
@never_cache
@login_required
def confirm(request: SignedInRequest, reference: str) -> HttpResponse:
    """Lead a payee to confirm, in the provider's own app, what waits for them there."""
    waiting = Payout.objects.to(request.user).filter(state=Payout.State.AWAITING_PAYEE)
    payout = get_object_or_404(waiting, reference=reference)
    page = {
        "payout": payout,
        "rail": rails.name_of(payout.provider),
        "merchant_id": settings.WECHATPAY_MERCHANT_ID,
        "app_id": settings.WECHATPAY_APP_ID,
    }
    return render(request, "payments/confirm.html", page)


@require_safe
@never_cache
@login_required
def as_table(request: SignedInRequest) -> HttpResponse:
    """Hand out every withdrawal as a table, line by line."""
    return download(history.lines_of(request.user), name="withdrawals.csv")


def _wallet_page(
    request: SignedInRequest, *, mending: WithdrawForm | None = None
) -> dict[str, Any]:
    person, now = request.user, clock.now()
    balances = wallet.balance(person)
    destination = destinations.in_use(person)
    page = page_of(request, Payout.objects.to(person), size=PAGE)
    unsent = Payout.objects.unsent().filter(pk__in=[payout.pk for payout in page.object_list])
    slug = mending.data.get("account") if mending else None
    hold = holds.holding(person)
    return {
        "accounts": [
            (each, wallet.obstacle(person, each), mending if each.slug == slug else _form_of(each))
            for each in balances
        ],
        "form": mending if slug not in {each.slug for each in balances} else None,
        "destination": destination,
        "rail": rails.name_of(destination.provider) if destination else "",
        "usable_at": destinations.usable_at(destination) if destination else None,
        "minimum_minor": settings.PAYOUT_MINIMUM_MINOR,
        "next_payday": payday.next_payday(now),
        "hold": hold,
        "held": wallet.why_held(hold) if hold else "",
        "page": page,
        "unsent": set(unsent.values_list("pk", flat=True)),
    }


def _form_of(balance: wallet.Balance, sent: Any = None) -> WithdrawForm:
    return WithdrawForm(
        sent,
        currency=balance.currency,
        least_minor=settings.PAYOUT_MINIMUM_MINOR,
        most_minor=None if _was_asked(balance, sent) else balance.available_minor,
        initial={"account": balance.slug, "key": public_id()},
        auto_id=f"{balance.slug}-%s",
    )


def _was_asked(balance: wallet.Balance, sent: Any) -> bool:
    """Say whether this very press was heard before: then what is left does not matter."""
    run = f"press-{str(sent.get('key', '')).upper()}"[:20] if sent else ""
    if not run.isascii() or "\0" in run:
        return False
    return Payout.objects.filter(account=balance.account.code, run=run).exists()


def _own_balance(request: SignedInRequest) -> wallet.Balance | None:
    """Return the account that was named; None when none was."""
    slug = request.POST.get("account", "").strip()
    if not slug or len(slug) > 40:
        return None
    for balance in wallet.balance(request.user):
        if balance.slug == slug:
            return balance
    raise Http404


def _on_hold(request: SignedInRequest, held: holds.OnHold) -> HttpResponse:
    return refused(
        request,
        title=_("Your withdrawals are on hold"),
        message=wallet.why_held(held.hold),
        back=WALLET,
    )


def _thanks(payout: Payout) -> str:
    amount = said(payout.amount_minor, payout.currency)
    if payout.state == Payout.State.AWAITING:
        words = _("%(amount)s is set aside. A person looks at it first, then it is sent.")
        return words % {"amount": amount}
    return _("%(amount)s is on its way.") % {"amount": amount}


def _why_not(fact: Exception, currency: str) -> str:
    until = getattr(fact, "usable_at", None)
    facts = {
        "least": said(settings.PAYOUT_MINIMUM_MINOR, currency),
        "most": said(getattr(fact, "most_minor", 0), currency),
        "until": at_time(localtime(until)) if until else "",
    }
    return str(WHY_NOT[type(fact)]) % facts
