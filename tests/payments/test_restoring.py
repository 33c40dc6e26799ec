"""After a restore: no number twice, and nothing is paid before somebody has looked."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from payments import holds, payouts, restoring
from payments.gateways.registry import RAILS
from payments.models import PausedRail, Payout, PayoutAttempt
from people.models import Person


def restore() -> str:
    out = StringIO()
    call_command("restored", stdout=out)
    return out.getvalue()


def test_numbers_of_the_lost_hours_are_given_to_nobody_else(db, linwei):
    restore()
    after = Person.objects.create_user(name="后来", email="later@example.test")
    assert after.pk == linwei.pk + restoring.GAP + 1

    restore()
    last = Person.objects.create_user(name="最后", email="last@example.test")
    assert last.pk == after.pk + restoring.GAP + 1


def test_no_rail_sends_before_a_person_lets_it(noon, linwei, linwei_earned, accountants):
    payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    said = restore()

    assert "python manage.py reconcile" in said
    assert set(PausedRail.objects.live(now=noon).values_list("rail", flat=True)) == set(RAILS)
    assert payouts.send_due() == 0
    assert Payout.objects.get().state == "reserved"
    assert not PayoutAttempt.objects.exists()

    holds.resume(rail="sandbox", by=accountants[0])
    payouts.send_due()
    assert PayoutAttempt.objects.count() == 1
