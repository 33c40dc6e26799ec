"""What ``manage.py check --deploy`` says of this installation, beyond Django's own checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

NOBODYS_CARRIER = "notifications.senders.sms.by_mail"


def text_messages_reach_phones(**_asked: Any) -> list[checks.CheckMessage]:
    """Refuse the carrier that writes to ``…@sms.invalid``, unless mail ends in a folder."""
    if settings.SMS_CARRIER != NOBODYS_CARRIER or settings.MAIL_DIR:
        return []
    return [
        checks.Error(
            "Text messages go to …@sms.invalid, which reaches nobody: "
            "who signs in with a phone number would wait for ever.",
            hint="Name a carrier in WEIDIAN_SMS_CARRIER: a dotted path to a function "
            "(phone, words).",
            id="weidian.E001",
        )
    ]
