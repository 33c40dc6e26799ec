"""What is said before the start when a rail that the settings name cannot be used."""

import importlib

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from payments.gateways.checks import rails_are_ready


def said(settings, *rails: str) -> list[tuple[str | None, str]]:
    settings.PAYOUT_RAILS = list(rails)
    return [(error.id, error.msg) for error in rails_are_ready()]


def test_the_sandbox_and_the_bank_need_nothing(settings):
    assert said(settings, "sandbox", "bank_csv") == []


@pytest.mark.parametrize("rail", ["stripe", "wechatpay", "alipay"])
def test_a_rail_with_its_library_and_its_settings_is_ready(request, settings, rail):
    request.getfixturevalue(rail)

    assert said(settings, rail) == []


def test_no_rail_at_all_is_a_mistake(settings):
    assert said(settings) == [
        ("payments.E1", "WEIDIAN_PAYOUT_RAILS names no rail: nobody could be paid")
    ]


def test_a_rail_that_does_not_exist_is_named(settings):
    ((code, words),) = said(settings, "sandbox", "paypal")

    assert code == "payments.E2"
    assert "names paypal; there is alipay, bank_csv" in words


@pytest.mark.parametrize(
    ("rail", "setting"),
    [
        ("stripe", "STRIPE_SECRET_KEY"),
        ("wechatpay", "WECHATPAY_API_KEY"),
        ("wechatpay", "WECHATPAY_PUBLIC_KEY_FILE"),
        ("alipay", "ALIPAY_APP_ID"),
        ("alipay", "ALIPAY_ROOT_CERTIFICATE_FILE"),
    ],
)
def test_a_setting_that_is_missing_is_named(request, settings, rail, setting):
    request.getfixturevalue(rail)
    setattr(settings, setting, "")

    ((code, words),) = said(settings, "sandbox", rail)
    assert code == "payments.E3"
    assert words.startswith(f"The rail {rail} is not ready. WEIDIAN_{setting} is not set")


def test_a_key_file_that_is_not_there_is_named_and_not_what_it_would_hold(alipay, settings):
    settings.ALIPAY_KEY_FILE = "/nowhere/key.pem"

    ((_, words),) = said(settings, "alipay")
    assert "WEIDIAN_ALIPAY_KEY_FILE: /nowhere/key.pem cannot be read" in words


def test_a_library_that_is_missing_is_named(settings, monkeypatch):
    def refuse(name: str):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    settings.STRIPE_SECRET_KEY = "sk"

    ((_, words),) = said(settings, "stripe")
    assert "pip install weidian[stripe]" in words


def test_a_layout_no_bank_has_is_named(settings):
    settings.BANK_LAYOUT = "moon"

    ((_, words),) = said(settings, "bank_csv")
    assert "BANK_LAYOUT is 'moon'; there is china, sepa" in words


def test_the_house_does_not_start_on_it(settings):
    settings.PAYOUT_RAILS = ["paypal"]

    with pytest.raises(SystemCheckError, match=r"payments\.E2"):
        call_command("check")
