"""What the public doors read out of a request; nonsense reads as nothing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from catalog.pages import bag_badge
from people.models import Person
from people.trust import blocked_ids
from referrals import carrying, channels, consent
from referrals.touches import Touch
from referrals.visits import STRANGER, Visitor

PAGE_DIGITS = 6  # no shelf is so long; what is longer asks for the last page
LOOKS = frozenset({"light", "dark"})

# WeChat says itself where a link was tapped, in a parameter of its own.
CHANNEL_OF_WECHAT = {
    "singlemessage": channels.Channel.WECHAT.value,
    "groupmessage": channels.Channel.WECHAT.value,
    "timeline": channels.Channel.MOMENTS.value,
}


# What houses of advertising add to an address that was paid for: Google, Microsoft, Yandex,
# Baidu, Tencent. Facebook's fbclid is not one: it adds that to whatever friends send, too.
OF_ADVERTS = frozenset(
    {"gclid", "gbraid", "wbraid", "msclkid", "yclid", "bd_vid", "gdt_vid", "qz_gdt"}
)


def viewer_of(request: HttpRequest) -> Person | None:
    """Return who is signed in; a visitor without a session costs no look at one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return request.user


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who is looking, with whom they blocked and who blocked them."""
    viewer = viewer_of(request)
    return STRANGER if viewer is None else Visitor(viewer.pk, blocked_ids(viewer.pk))


def touches_of(request: HttpRequest) -> tuple[list[Touch], str]:
    """Return what the browser proves, and what of it goes along without a cookie."""
    said = request.GET.get(carrying.PARAMETER, "") if request.META.get("QUERY_STRING") else ""
    carried = carrying.read(said) if consent.is_needed(request.COOKIES) else ""
    return consent.proven(request.COOKIES, carried), carried


def channel_of(request: HttpRequest) -> str:
    """Return the way a share link was sent, as its address, WeChat or who sold the place says."""
    if not request.META.get("QUERY_STRING"):
        return ""
    if not OF_ADVERTS.isdisjoint(request.GET):
        return channels.Channel.ADVERT.value
    said = channels.read(request.GET.get("c", ""))
    return said or CHANNEL_OF_WECHAT.get(request.GET.get("from", ""), "")


def language_of() -> str:
    """Return the language this answer is written in."""
    return get_language() or settings.LANGUAGE_CODE


def page_of(request: HttpRequest) -> int:
    """Return which page of a shelf is asked for; nonsense asks for the first."""
    asked = request.GET.get("page", "")
    is_number = asked.isascii() and asked.isdigit()
    return max(int(asked[:PAGE_DIGITS]), 1) if is_number else 1


def look_of(request: HttpRequest) -> str:
    """Return light, dark, or nothing for the device's own."""
    look = request.COOKIES.get("look", "")
    return look if look in LOOKS else ""


def bag_badge_of(request: HttpRequest) -> str:
    """Return the count on the bag's icon, out of the cookie that orders writes."""
    count = request.COOKIES.get("bag_count", "").lstrip("0")
    if not count.isascii() or not count.isdigit():
        return ""  # a number is never made of it: a cookie may hold thousands of digits
    return bag_badge(count[:3], language=language_of())
