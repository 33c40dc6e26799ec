"""How people call the rails."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NAMES: dict[str, Promise] = {
    "sandbox": pgettext_lazy("rail", "Sandbox wallet (play money)"),
    "stripe": pgettext_lazy("rail", "Stripe"),
    "bank_csv": pgettext_lazy("rail", "Bank account"),
    "wechatpay": pgettext_lazy("rail", "WeChat Pay"),
    "alipay": pgettext_lazy("rail", "Alipay"),
}


def name_of(rail: str) -> str:
    """Return a rail's name in the reader's language, or the bare one."""
    return str(NAMES.get(rail, rail))
