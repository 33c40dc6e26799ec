"""Letters by e-mail: plain words, and the same words with a button."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(*, address: str, title: str, sentence: str, path: str = "", code: str = "") -> None:
    """Send one letter in the active language.

    Args:
        address: where it goes.
        title: its subject and headline.
        sentence: what it says.
        path: the page of this house it leads to; no button when empty.
        code: digits to type, shown large.

    Raises:
        OSError: the mail server is away or refused it.
    """
    letter = {
        "title": title,
        "sentence": sentence,
        "url": f"{settings.BASE_URL}{path}" if path else "",
        "code": code,
        "base_url": settings.BASE_URL,
        "help_email": settings.HELP_EMAIL,
    }
    message = EmailMultiAlternatives(
        " ".join(title.split()), render_to_string("notifications/letter.txt", letter), to=[address]
    )
    message.attach_alternative(render_to_string("notifications/letter.html", letter), "text/html")
    message.send()
