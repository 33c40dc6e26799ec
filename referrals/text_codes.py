"""Text codes: a link as a few words to copy, for where links are blocked or get lost."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kit.public_ids import ids_in
from referrals import channels, links
from referrals.channels import Channel
from referrals.links import LinkFacts

# The code must stand within what the field of the search takes, whatever the title is.
LONGEST_TITLE = 24

# Nobody reads more than this out of a chat, and nobody may make the house read more.
MOST_SIGNS = 500
MOST_TRIED = 5

# A code, and after a dash the place of the channel that the text is sent by.
WITH_CHANNEL = re.compile(r"(\w{5}[ -]?\w{5})-([0-9]{1,2})(?!\w)", re.ASCII)
IN_ADDRESS = re.compile(r"/s/([0-9A-Za-z-]{3,40})")


def text_of(facts: LinkFacts, *, language: str, channel: str = "") -> str:
    """Return the words that lead to a link wherever they are pasted in this house.

    Args:
        facts: of the link.
        language: of the words.
        channel: where they are posted; empty for a text that may go anywhere.
    """
    code = f"{facts.code}-{channels.place_of(channel)}" if channel else facts.code
    title = _short(facts.product_title)
    with translation.override(language):
        words = _("“%(product)s” %(code)s Copy this, open %(host)s and paste it into the search")
    host = urlsplit(settings.BASE_URL).netloc
    return words % {"product": title, "code": code, "host": host}


def read(text: str) -> LinkFacts | None:
    """Return the link that a pasted text means, whatever stands around it; None for no link.

    An address in it is read before a code.
    """
    text = text[:MOST_SIGNS]
    meant = dict.fromkeys([*IN_ADDRESS.findall(text), *ids_in(text)])
    found = (links.resolve(name) for name in list(meant)[:MOST_TRIED])
    return next((facts for facts in found if facts is not None), None)


def _short(title: str) -> str:
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    # A vendor's title must not be read as somebody else's link instead of the code.
    return "…" if IN_ADDRESS.search(title) or ids_in(title) else title


def path_of(facts: LinkFacts, text: str) -> str:
    """Return where a link opens for who came by this text of it."""
    return f"{facts.path}?c={_channel_in(text, facts)}"


def _channel_in(text: str, facts: LinkFacts) -> str:
    """Return the channel that a text names after its code; one of no place is a text code."""
    plain = unicodedata.normalize("NFKC", text[:MOST_SIGNS])
    found = WITH_CHANNEL.findall(plain)
    posted = (
        channels.at_place(int(place)) for code, place in found if ids_in(code) == [facts.code]
    )
    return next((one for one in posted if one in channels.WITHOUT_LINKS), Channel.CODE.value)
