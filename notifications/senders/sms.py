"""Letters by SMS, through whichever carrier the installation names."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string


def send(*, phone: str, words: str) -> None:
    """Hand one text message to the carrier of ``settings.SMS_CARRIER``.

    Raises:
        OSError: the carrier is away or refused it.
    """
    import_string(settings.SMS_CARRIER)(phone, words)


def by_mail(phone: str, words: str) -> None:
    """Carry a text message as mail to ``<digits>@sms.invalid``.

    That domain reaches nobody: this carrier is for the demo and for tests, whose mail
    ends in a folder that they read.
    """
    digits = phone.removeprefix("+")
    EmailMessage("SMS", words, to=[f"{digits}@sms.invalid"]).send()
