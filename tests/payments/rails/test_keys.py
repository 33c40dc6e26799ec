"""The house's own payouts on Stripe: a try that was not heard keeps its key."""

import json
from datetime import timedelta

from kit import clock
from payments import payouts
from payments.models import Payout


def keys_of(stripe, payout: Payout) -> set[str]:
    return {
        row["id"]
        for line in stripe.journal.read_text().splitlines()
        for table, row in json.loads(line)
        if table == "keys" and payout.reference in row["id"]
    }


def test_claimed_again_after_silence_it_is_sent_under_the_same_key(linwei, stripe):
    """A new key would be a second payment whenever the first request was only late."""
    payout = Payout.objects.create(
        person=linwei,
        account=f"sharer:{linwei.pk}:CNY",
        run="r1",
        amount_minor=5000,
        currency="CNY",
        provider="stripe",
        destination="acct_1LinWei",
    )
    stripe.control(faults=["error_before"])
    (first,) = payouts.claim()
    payouts.record(payout=first, answer=payouts.send(first))
    payouts.look_up(first)  # absent: it may be sent again
    with clock.stopped_at(clock.now() + timedelta(minutes=10)):
        (again,) = payouts.claim()
        payouts.send(again)

    assert again.attempt == 2
    assert keys_of(stripe, payout) == {f"wd-{payout.reference}-1"}
    assert stripe.money_moved().get(payout.reference, 0) == 0
