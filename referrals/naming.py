"""A link's own name and end: what its maker may choose, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from kit import clock
from kit.locks import locked, one_at_a_time
from referrals.memory import forget
from referrals.models import FormerSlug, ShareLink
from referrals.models.link import NEVER_A_CODE
from shops.handles import is_reserved

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")

# The longest window a vendor can set, and how long a visitor's cookie lasts: while a click
# on the old name can still earn, the name stays its link's.
KEPT_FOR = timedelta(days=30)

# A name given up is kept for its link, so who renames without end would hoard names.
MOST_FORMER = 5

# A form is filled in before it is sent; an end this long ago means now.
JUST_NOW = timedelta(minutes=1)


class SlugUnfit(Exception):
    """It is not 3 to 40 of a-z, 0-9 and dashes, or it could be read as a code."""


class SlugReserved(Exception):
    """The word belongs to the house."""


class SlugTaken(Exception):
    """Another link goes by it, or did until lately."""


class RenamedTooOften(Exception):
    """The link gave up five names within thirty days."""


class EndIsOver(Exception):
    """The moment is in the past: what was earned until now stays earned."""


@transaction.atomic
def rename(*, link: ShareLink, slug: str) -> ShareLink:
    """Let a link go by a name of its own, or by its code alone when ``slug`` is empty.

    The old name goes on leading here for thirty days, and can be taken back meanwhile.

    Raises:
        SlugUnfit: see there.
        SlugReserved: see there.
        SlugTaken: see there.
        RenamedTooOften: see there. Whatever is raised, nothing was written.
    """
    wanted = read_slug(slug)
    mine = ShareLink.objects.filter(pk=link.pk)
    (link,) = locked(mine)
    old = link.slug or ""
    if wanted == old:
        return link
    # Who gives a name up and who wants it wait for each other, in one order.
    for name in sorted({wanted, old} - {""}):
        one_at_a_time(f"slug:{name}")
    now = clock.now()
    if wanted:
        _refuse_taken(wanted, link, now)
    if old:
        _give_up(old, link, now)
    mine.update(slug=wanted or None)
    link.refresh_from_db()
    transaction.on_commit(partial(forget, link))
    return link


def read_slug(slug: str) -> str:
    """Return a slug as links keep it; empty for no name.

    Raises:
        SlugUnfit: it has other signs, is too short or too long, or reads as a code.
        SlugReserved: the word belongs to the house.
    """
    slug = slug.strip().lower()
    if not slug:
        return ""
    if not SLUG.fullmatch(slug) or not re.search(NEVER_A_CODE, slug):
        raise SlugUnfit
    if is_reserved(slug):
        raise SlugReserved
    return slug


def end_at(*, link: ShareLink, at: datetime | None) -> ShareLink:
    """Let clicks on a link earn nothing from ``at`` on; None lets it run without end.

    Raises:
        EndIsOver: ``at`` is more than a minute ago; nothing was written.
    """
    now = clock.now()
    if at is not None:
        if at < now - JUST_NOW:
            raise EndIsOver
        at = max(at, now)
    ShareLink.objects.filter(pk=link.pk).update(ends_at=at)
    link.refresh_from_db()
    transaction.on_commit(partial(forget, link))
    return link


def let_be_named(*, link: ShareLink, agrees: bool) -> None:
    """Let people who come by re-shares of a link read its maker's name, or not any more."""
    ShareLink.objects.filter(pk=link.pk).update(may_be_named=agrees)


def link_named(slug: str) -> ShareLink | None:
    """Return the link that goes by a slug, or did until lately."""
    named = ShareLink.objects.filter(slug=slug).first()
    if named is not None:
        return named
    kept = FormerSlug.objects.filter(slug=slug, freed_at__gt=clock.now() - KEPT_FOR)
    former = kept.select_related("link").first()
    return former.link if former is not None else None


def _refuse_taken(slug: str, link: ShareLink, now: datetime) -> None:
    if ShareLink.objects.filter(slug=slug).exists():
        raise SlugTaken
    kept = FormerSlug.objects.filter(slug=slug, freed_at__gt=now - KEPT_FOR)
    if kept.exclude(link=link).exists():
        raise SlugTaken
    FormerSlug.objects.filter(slug=slug).delete()  # its link's own, or nobody's any more


def _give_up(slug: str, link: ShareLink, now: datetime) -> None:
    kept = FormerSlug.objects.filter(link=link, freed_at__gt=now - KEPT_FOR)
    if kept.count() >= MOST_FORMER:
        raise RenamedTooOften
    FormerSlug.objects.create(slug=slug, link=link, freed_at=now)
