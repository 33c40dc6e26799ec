"""Charges, against the real provider process."""

import pytest

from payments import charging
from payments.charging import ChargeIsOver
from payments.gateways.port import ProviderAway, ProviderRefused
from payments.gateways.sandbox import Sandbox
from payments.models import Charge

HERE = "http://localhost:8000"


@pytest.fixture
def charge(db) -> Charge:
    return charging.start(
        amount_minor=6800,
        currency="CNY",
        description="秦岭野花土蜂蜜",
        language="zh-hans",
        return_path="/pay/back",
    )


def at_provider(provider, charge):
    (row,) = provider.find("charges", charge.reference)
    return row


def test_starting_a_charge_asks_nobody(charge, nobody_answers):
    assert (charge.state, charge.provider_ref, charge.pay_url) == ("created", "", "")


def test_a_description_is_cut_and_rid_of_what_cannot_be_shown(db):
    charge = charging.start(
        amount_minor=1,
        currency="CNY",
        description="a\x00\u202eb\n" + "蜜" * 200,
        language="en",
        return_path="/",
    )

    assert charge.description == "ab" + "蜜" * 118


def test_opening_gives_the_pay_page_on_the_host_the_buyer_uses(charge, provider):
    address = charging.open_at_provider(charge, base_url="http://10.0.0.5:8000/")

    row = at_provider(provider, charge)
    assert address == f"http://10.0.0.5:{provider.port}/pay/{row['id']}"
    assert (charge.state, charge.provider_ref) == ("open", row["id"])
    assert row["amount_minor"] == 6800
    assert row["return_url"] == "http://10.0.0.5:8000/pay/back"
    assert row["language"] == "zh-Hans"


def test_a_host_of_six_is_bracketed(charge, provider):
    address = charging.open_at_provider(charge, base_url="http://[::1]:8000")

    assert address.startswith(f"http://[::1]:{provider.port}/pay/ch_")


def test_opening_twice_and_from_another_host_opens_one_charge(charge, provider):
    first = charging.open_at_provider(charge, base_url=HERE)
    again = charging.open_at_provider(charge, base_url=HERE)
    Charge.objects.filter(pk=charge.pk).update(state="created", provider_ref="", pay_url="")
    unheard = charging.open_at_provider(charge, base_url="http://127.0.0.1:8000")

    assert first == again
    assert unheard.rpartition("/")[2] == first.rpartition("/")[2]
    assert len(provider.find("charges", charge.reference)) == 1


def test_paying_is_learned_once_and_kept(charge, provider):
    charging.open_at_provider(charge, base_url=HERE)
    assert charging.refresh(charge).state == "open"
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")

    assert charging.refresh(charge).state == "paid"
    paid_at = charge.paid_at
    assert paid_at is not None
    assert charging.refresh(charge).paid_at == paid_at
    with pytest.raises(ChargeIsOver):
        charging.open_at_provider(charge, base_url=HERE)


def test_an_unpaid_charge_closes_here_and_there(charge, provider):
    charging.open_at_provider(charge, base_url=HERE)

    assert charging.close(charge) is True
    assert charge.state == "closed"
    assert at_provider(provider, charge)["status"] == "closed"
    assert charging.close(charge) is True


def test_closing_a_charge_that_was_paid_finds_it_paid(charge, provider):
    charging.open_at_provider(charge, base_url=HERE)
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")

    assert charging.close(charge) is False
    assert charge.state == "paid"


def test_a_charge_nobody_opened_closes_and_stays_unknown_there(charge, provider):
    assert charging.close(charge) is True
    assert charge.state == "closed"
    assert provider.find("charges", charge.reference) == []
    with pytest.raises(ChargeIsOver):
        charging.open_at_provider(charge, base_url=HERE)


def test_a_charge_closed_here_and_paid_there_turns_paid(charge, provider):
    charging.open_at_provider(charge, base_url=HERE)
    Charge.objects.filter(pk=charge.pk).update(state="closed")
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")

    assert charging.refresh(charge).state == "paid"


def test_another_amount_at_the_provider_is_not_believed(charge, provider, caplog):
    charging.open_at_provider(charge, base_url=HERE)
    Charge.objects.filter(pk=charge.pk).update(amount_minor=6801)
    charge.refresh_from_db()
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")

    assert charging.refresh(charge).state == "open"
    assert "another amount" in caplog.text


def test_a_charge_of_another_amount_still_closes_unpaid(charge, provider):
    charging.open_at_provider(charge, base_url=HERE)
    Charge.objects.filter(pk=charge.pk).update(amount_minor=6801)
    charge.refresh_from_db()

    assert charging.close(charge) is True
    assert charge.state == "closed"


def test_a_charge_closed_here_while_it_was_opened_and_paid_there_is_paid(
    charge, provider, monkeypatch
):
    opened = Sandbox.open_charge

    def paid_before_we_look(gateway, wanted):
        fact = opened(gateway, wanted)
        Charge.objects.filter(pk=charge.pk).update(state="closed")
        provider.ask("POST", f"/v1/charges/{fact.provider_ref}/pay")
        return fact

    monkeypatch.setattr(Sandbox, "open_charge", paid_before_we_look)
    with pytest.raises(ChargeIsOver):
        charging.open_at_provider(charge, base_url=HERE)

    charge.refresh_from_db()
    assert charge.state == "paid"


@pytest.mark.parametrize("job", ["open", "refresh", "close"])
def test_a_provider_that_is_away_changes_nothing(charge, nobody_answers, job):
    with pytest.raises(ProviderAway):
        {
            "open": lambda: charging.open_at_provider(charge, base_url=HERE),
            "refresh": lambda: charging.refresh(charge),
            "close": lambda: charging.close(charge),
        }[job]()

    charge.refresh_from_db()
    assert (charge.state, charge.provider_ref) == ("created", "")


def test_a_wrong_secret_is_an_absence_not_an_answer(charge, provider, settings):
    settings.SANDBOX_SECRET = "another"

    with pytest.raises(ProviderAway):
        charging.refresh(charge)


def test_words_the_provider_refuses_are_refused_for_good(charge, provider):
    with pytest.raises(ProviderRefused) as refused:
        charging.open_at_provider(charge, base_url="gopher://x")

    assert refused.value.code == "invalid"
    charge.refresh_from_db()
    assert charge.state == "created"
