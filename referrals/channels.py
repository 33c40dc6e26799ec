"""Channels: the way a share link was sent, as its address says after ``?c=``."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """Where a link was sent; nothing when it was only copied.

    A visitor's cookie keeps a channel by its place in this list, so a new one is added at
    the end and none is ever taken out.
    """

    PLAIN = "", _("link")
    WECHAT = "wechat", _("WeChat")
    MOMENTS = "moments", _("Moments")
    WEIBO = "weibo", _("Weibo")
    XIAOHONGSHU = "xiaohongshu", _("Xiaohongshu")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    X = "x", _("X")
    POSTER = "poster", _("poster")
    CODE = "code", _("text code")
    ADVERT = "advert", _("paid advertisement")
    SHEET = "sheet", pgettext_lazy("channel", "share button")
    SMS = "sms", pgettext_lazy("channel", "text message")
    MAIL = "mail", pgettext_lazy("channel", "e-mail")
    QR = "qr", pgettext_lazy("channel", "QR code")


# Services that show an address as dead text: a poster and a text code stand for it there.
WITHOUT_LINKS = frozenset({Channel.MOMENTS.value, Channel.XIAOHONGSHU.value})

LONGEST = 12  # signs of the longest name, with one to spare

IN_ORDER = tuple(channel.value for channel in Channel)
_PLACES = {name: place for place, name in enumerate(IN_ORDER)}


def read(value: str) -> str:
    """Return the channel of this name, or nothing: anybody may write what they like there."""
    return value if value in _PLACES else ""


def place_of(channel: str) -> int:
    """Return a channel as the one small number that a cookie keeps."""
    return _PLACES.get(channel, 0)


def at_place(place: int) -> str:
    """Return the channel of a number; nothing for one that newer code wrote."""
    return IN_ORDER[place] if 0 <= place < len(IN_ORDER) else ""
