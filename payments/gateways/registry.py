"""Which provider stands behind a name on a row, and which of them pay people here."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from payments.gateways.alipay import Alipay
from payments.gateways.bank_csv import BankCsv
from payments.gateways.port import Gateway, Rail
from payments.gateways.sandbox import Sandbox
from payments.gateways.stripe import StripeConnect
from payments.gateways.wechatpay import WeChatPay

_sandbox = Sandbox()

GATEWAYS: dict[str, Gateway] = {"sandbox": _sandbox}
_rails: tuple[Rail, ...] = (_sandbox, StripeConnect(), BankCsv(), WeChatPay(), Alipay())
RAILS: dict[str, Rail] = {one.name: one for one in _rails}


def gateway(name: str) -> Gateway:
    """Return the provider of this name that takes charges."""
    return GATEWAYS[name]


def rail(name: str) -> Rail:
    """Return the rail of this name, enabled or not: a payout once sent is asked about by it."""
    return RAILS[name]


def enabled_rails() -> list[Rail]:
    """Return the rails that new payouts may take here, in the order the settings name them.

    Raises:
        ImproperlyConfigured: ``PAYOUT_RAILS`` names one that does not exist.
    """
    unknown = [name for name in settings.PAYOUT_RAILS if name not in RAILS]
    if unknown:
        known = ", ".join(sorted(RAILS))
        raise ImproperlyConfigured(f"PAYOUT_RAILS names {', '.join(unknown)}; there is {known}")
    return [RAILS[name] for name in settings.PAYOUT_RAILS]
