"""A visit: what opening a share link sets off, and who would earn from this visitor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit import clock
from referrals import agents, links, noting, salts
from referrals.links import LinkFacts
from referrals.models import Click
from referrals.touches import COOKIE_NAME, Touch, cookie_with, read_cookie, visit_goes_on

Kind = Click.Kind


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is looking, as far as it matters here; a stranger has no id."""

    id: int | None = None
    blocked_ids: Collection[int] = frozenset()


STRANGER = Visitor()


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of a link: the touches the visitor now has, and a new cookie or none."""

    touches: list[Touch]
    cookie: str | None = None


def kind_of(facts: LinkFacts, environ: Mapping[str, str], visitor: Visitor) -> Click.Kind:
    """Return what kind of click this would be; the sharer and the shop's staff are ``self``."""
    kind = agents.classify(agents.headers_of(environ))
    is_own = visitor.id is not None and visitor.id in {facts.sharer_id, *facts.staff_ids}
    return Kind.SELF if is_own and kind == Kind.HUMAN else kind


def begin(
    facts: LinkFacts,
    kind: Click.Kind,
    environ: Mapping[str, str],
    cookies: Mapping[str, str],
    visitor: Visitor,
) -> Visit:
    """Note that a link was opened, and give a person the cookie that proves it.

    A prefetch opens nothing. Opening the same link again within half an hour goes on with
    the visit. A link that can never pay this visitor's purchase leaves the cookie alone.
    """
    touches = read_cookie(cookies.get(COOKIE_NAME))
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the stream keeps it
    if kind == Kind.PREFETCH or (
        kind == Kind.HUMAN
        and visit_goes_on(touches, link_id=facts.link_id, shop_id=facts.shop_id, now=now)
    ):
        return Visit(touches)
    click_id = noting.note(link_id=facts.link_id, kind=kind, visitor=_hash_of(environ, now), at=now)
    if kind != Kind.HUMAN or not _may_earn(facts, visitor):
        return Visit(touches)
    touch = Touch(click_id, facts.link_id, facts.shop_id, now)
    cookie = cookie_with(touches, touch)
    return Visit([touch, *touches], cookie)


def who_earns(touches: Iterable[Touch], *, shop_id: int, visitor: Visitor) -> LinkFacts | None:
    """Return the link whose sharer would earn if this visitor bought from the shop now.

    The same rules as ``attribution.freeze``, as far as a page can know them: it may name
    somebody whom an order then refuses, but never leaves out somebody who is paid.
    """
    now = clock.now()
    for touch in touches:  # newest first
        if touch.shop_id != shop_id:
            continue
        facts = links.facts_of(touch.link_id)
        if facts is None or facts.shop_id != shop_id or not _may_earn(facts, visitor):
            continue
        if now - touch.at <= timedelta(days=facts.attribution_days):
            return facts
    return None


def _may_earn(facts: LinkFacts, visitor: Visitor) -> bool:
    return (
        facts.can_pay
        and facts.sharer_id != visitor.id
        and facts.sharer_id not in visitor.blocked_ids
    )


def _hash_of(environ: Mapping[str, str], now: datetime) -> str:
    return salts.visitor(
        address=salts.address_in(environ),
        agent=environ.get("HTTP_USER_AGENT", ""),
        host=environ.get("HTTP_HOST", ""),
        now=now,
    )
