"""What is looked at before the start: that every rail the settings name can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from payments.gateways import bank_csv, registry
from payments.gateways.optional import library, needed, needed_text


def _stripe() -> None:
    library("stripe", extra="stripe")
    needed("STRIPE_SECRET_KEY")


def _bank_csv() -> None:
    bank_csv.layout_of(settings.BANK_LAYOUT)


def _wechatpay() -> None:
    library("wechatpayv3", extra="wechatpay")
    for name in ("MERCHANT_ID", "APP_ID", "SCENE_ID", "API_KEY", "KEY_SERIAL", "PUBLIC_KEY_ID"):
        needed(f"WECHATPAY_{name}")
    for name in ("KEY_FILE", "PUBLIC_KEY_FILE"):
        needed_text(f"WECHATPAY_{name}")


def _alipay() -> None:
    library("alipay", extra="alipay")
    needed("ALIPAY_APP_ID")
    for name in ("KEY", "APP_CERTIFICATE", "CERTIFICATE", "ROOT_CERTIFICATE"):
        needed_text(f"ALIPAY_{name}_FILE")


# What a rail cannot do without; raises ImproperlyConfigured. The sandbox is part of the house.
NEEDS: dict[str, Callable[[], None]] = {
    "stripe": _stripe,
    "bank_csv": _bank_csv,
    "wechatpay": _wechatpay,
    "alipay": _alipay,
}


def rails_are_ready(
    *, app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Return what is missing, one error for each rail; nothing outside is asked."""
    del app_configs  # the settings are one
    if not settings.PAYOUT_RAILS:
        return [Error("WEIDIAN_PAYOUT_RAILS names no rail: nobody could be paid", id="payments.E1")]
    try:
        registry.enabled_rails()
    except ImproperlyConfigured as unknown:
        return [Error(str(unknown), id="payments.E2")]
    return [error for name in settings.PAYOUT_RAILS if name in NEEDS for error in _errors_of(name)]


def _errors_of(name: str) -> list[CheckMessage]:
    try:
        NEEDS[name]()
    except ImproperlyConfigured as missing:
        return [Error(f"The rail {name} is not ready. {missing}", id="payments.E3")]
    return []
