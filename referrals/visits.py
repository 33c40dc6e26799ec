"""A visit: what opening a share link sets off, and who would earn from this visitor."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit import clock
from referrals import agents, claiming, consent, links, noting, salts
from referrals.links import LinkFacts
from referrals.models import Click
from referrals.touches import Touch, cookie_with, in_turn, visit_goes_on

Kind = Click.Kind

# Kinds that leave a touch: a person, and who may be one; the doubtful earn only where no
# certain click does.
TOUCHES = frozenset({Kind.HUMAN, Kind.RATE, Kind.SUSPECT})

# Whose clicks on one link are counted together: the 256 addresses that share three numbers,
# or what one site is given of IPv6.
IPV6_PREFIX = 48


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is looking, as far as it matters here; a stranger has no id."""

    id: int | None = None
    blocked_ids: Collection[int] = frozenset()


STRANGER = Visitor()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the visitor's browser sent along when it opened a link.

    ``fetch`` is what Valkey is to bring on the way, see ``noting``.
    """

    environ: Mapping[str, str]
    cookies: Mapping[str, str]
    channel: str = ""
    fetch: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of a link: the touches the visitor now has, and a new cookie or none."""

    touches: list[Touch]
    cookie: str | None = None
    fetched: bytes | None = None


def kind_of(facts: LinkFacts, environ: Mapping[str, str], visitor: Visitor) -> Click.Kind:
    """Return what kind of click this would be; the sharer and the shop's staff are ``self``."""
    kind = agents.classify(agents.headers_of(environ))
    is_own = visitor.id is not None and visitor.id in {facts.sharer_id, *facts.staff_ids}
    return Kind.SELF if is_own and kind == Kind.HUMAN else kind


def begin(facts: LinkFacts, kind: Click.Kind, asked: Asked, visitor: Visitor) -> Visit:
    """Note that a link was opened, and give a person the cookie that proves it.

    Opening the same link again within half an hour goes on with the visit. A link that can
    never pay this visitor's purchase leaves the cookie alone, and so does one that is shown
    inside another page: who stuffs cookies that way opened nothing.
    """
    touches = consent.proven(asked.cookies)
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the stream keeps it
    if kind == Kind.HUMAN and visit_goes_on(
        touches, link_id=facts.link_id, shop_id=facts.shop_id, now=now
    ):
        return Visit(touches)
    noted = _note(facts, kind, asked, now)
    can_earn = _may_earn(facts, visitor) and not facts.has_ended(now)
    if not can_earn or not _leaves_a_touch(noted.kind, asked.environ):
        return Visit(touches, fetched=noted.fetched)
    touch = Touch(
        noted.click_id,
        facts.link_id,
        facts.shop_id,
        now,
        asked.channel,
        is_doubtful=noted.kind != Kind.HUMAN,
    )
    return Visit([touch, *touches], cookie_with(touches, touch), noted.fetched)


def who_earn(
    touches: Iterable[Touch], *, shop_ids: Collection[int], visitor: Visitor
) -> list[LinkFacts]:
    """Return the links of ``who_earns`` for several shops; one query for what was claimed."""
    proved = [*touches, *claiming.claimed_in(visitor.id, shop_ids=shop_ids)]
    found = (_who_earns(in_turn(proved, shop_id=pk), pk, visitor, None) for pk in shop_ids)
    return [facts for facts in found if facts is not None]


def who_earns(
    touches: Iterable[Touch], *, shop_id: int, visitor: Visitor, opened: LinkFacts | None = None
) -> LinkFacts | None:
    """Return the link whose sharer would earn if this visitor bought from the shop now.

    The same rules as ``attribution.freeze``, as far as a page can know them: it may name
    somebody whom an order then refuses, but never leaves out somebody who is paid. What an
    account claimed on another device counts with what this browser proves. ``opened`` is the
    link that was opened just now, whose facts are at hand.
    """
    claimed = claiming.claimed_by(visitor.id, shop_id=shop_id)
    return _who_earns(in_turn([*touches, *claimed], shop_id=shop_id), shop_id, visitor, opened)


def _who_earns(
    candidates: Iterable[Touch], shop_id: int, visitor: Visitor, opened: LinkFacts | None
) -> LinkFacts | None:
    now = clock.now()
    for touch in candidates:
        is_at_hand = opened is not None and opened.link_id == touch.link_id
        facts = opened if is_at_hand else links.facts_of(touch.link_id)
        if facts is None or facts.shop_id != shop_id or not _may_earn(facts, visitor):
            continue
        if facts.has_ended(touch.at):
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


def _leaves_a_touch(kind: Click.Kind, environ: Mapping[str, str]) -> bool:
    """Whether this kind may earn; what is shown inside another page was opened by nobody."""
    if kind != Kind.SUSPECT:
        return kind in TOUCHES
    return environ.get("HTTP_SEC_FETCH_DEST", "document") in {"document", ""}


def _note(facts: LinkFacts, kind: Click.Kind, asked: Asked, now: datetime) -> noting.Noted:
    address = salts.address_in(asked.environ)
    agent = asked.environ.get("HTTP_USER_AGENT", "")
    host = asked.environ.get("HTTP_HOST", "")
    place = _network_of(address)
    return noting.note_and_fetch(
        link_id=facts.link_id,
        kind=kind,
        visitor=salts.visitor(address=address, agent=agent, host=host, now=now),
        network=salts.visitor(address=place, agent="", host=str(facts.link_id), now=now),
        at=now,
        channel=asked.channel,
        fetch=asked.fetch,
    )


def _network_of(address: str) -> str:
    """Return the network an address is in; nonsense is a network of its own."""
    address = salts.unwrapped(address)
    if ":" not in address:
        return address.rpartition(".")[0]
    try:
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    except ValueError:
        return address
