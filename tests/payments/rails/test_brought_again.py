"""A bank's statement whose bringer died half-way is finished by bringing it again."""

from __future__ import annotations

import pytest

from ledger import accounts
from ledger.balances import balance_of
from payments import carrying, destinations, matching, payouts
from payments.carrying import BroughtBefore
from payments.models import Statement


@pytest.mark.proves("T36")
def test_kept_and_not_compared_it_is_compared_when_it_comes_again(
    linwei, earn, accountants, settings, monkeypatch
):
    settings.PAYOUT_RAILS = ["bank_csv"]
    destinations.set_destination(person=linwei, identifier="6222021234567890128", holder="林薇")
    payout = payouts.ask(person=linwei, account=earn(linwei, 5000), amount_minor=5000, run="r")
    carrying.make_file(rail="bank_csv", currency="CNY", by=accountants[0])
    content = f"date,amount,reference\n2026-11-23,-50.00,{payout.reference}\n".encode()

    def bring():
        return carrying.bring_statement(
            rail="bank_csv", currency="CNY", content=content, by=accountants[0]
        )

    def die(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(matching, "compare", die)
        with pytest.raises(KeyboardInterrupt):
            bring()
    payout.refresh_from_db()
    assert (Statement.objects.count(), payout.state) == (1, "unknown")

    with pytest.raises(BroughtBefore):
        bring()
    payout.refresh_from_db()
    assert payout.state == "settled"
    assert balance_of(accounts.outside("bank_csv", "CNY")) == 5000
