"""Text codes: a link as a few words to copy, for where links are blocked or get lost."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kit.public_ids import ids_in
from referrals import links
from referrals.channels import Channel
from referrals.links import LinkFacts

# The code must stand within what the field of the search takes, whatever the title is.
LONGEST_TITLE = 24

# Nobody reads more than this out of a chat, and nobody may make the house read more.
MOST_SIGNS = 500
MOST_TRIED = 5

IN_ADDRESS = re.compile(r"/s/([0-9A-Za-z-]{3,40})")


def text_of(facts: LinkFacts, *, language: str) -> str:
    """Return the words that lead to a link wherever they are pasted in this house."""
    title = _short(facts.product_title)
    with translation.override(language):
        words = _("“%(product)s” %(code)s Copy this, open %(host)s and paste it into the search")
    host = urlsplit(settings.BASE_URL).netloc
    return words % {"product": title, "code": facts.code, "host": host}


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


def path_of(facts: LinkFacts) -> str:
    """Return where a link opens for who came by its text."""
    return f"{facts.path}?c={Channel.CODE.value}"
