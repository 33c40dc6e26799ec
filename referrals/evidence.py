"""Evidence: gathering what the rules against fraud ask, for many sales at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from kit import clock
from referrals import click_ids, fingerprints, fraud
from referrals.channels import Channel
from referrals.facts import Facts, LinkFacts, PersonFacts, SaleFacts
from referrals.models import Review

# Enough to see a habit by; keeps the question short for who brings thousands of orders.
MOST_SALES = 500

# From a click to its release in nearly every shop: the longest window, ten days to be
# received, a return window of three weeks. Older clicks' own openings were seen at the order.
CLICKS_READ = timedelta(days=61)
A_DAY = timedelta(days=1)

# Services that give a mailbox to anybody for an hour; the ones people meet first. A longer
# list would find little more: whoever hides well has a domain of their own.
THROWAWAY = frozenset(
    {
        "10minutemail.com",
        "guerrillamail.com",
        "mailinator.com",
        "maildrop.cc",
        "mohmal.com",
        "sharklasers.com",
        "temp-mail.org",
        "tempmail.com",
        "throwawaymail.com",
        "trashmail.com",
        "yopmail.com",
        "chacuo.net",
        "linshiyouxiang.net",
    }
)

# Each part looks along one index. The sharer's own opening of the link is looked for within
# a day, for the salt that visitors are hashed under is another one the day after.
SALES = """
SELECT a.id, a.order_key, a.sharer_id, a.link_id, a.frozen_at, a.clicked_at, a.channel,
  sharer.email, sharer.phone, sharer.phone_verified_at IS NOT NULL,
  buyer.email, buyer.phone, buyer.phone_verified_at IS NOT NULL,
  EXISTS (SELECT 1 FROM payments_destination mine JOIN payments_destination theirs
    ON theirs.fingerprint = mine.fingerprint AND theirs.retired_at IS NULL
    WHERE mine.person_id = a.sharer_id AND mine.retired_at IS NULL AND mine.fingerprint <> ''
      AND theirs.person_id = a.buyer_id),
  EXISTS (SELECT 1 FROM payments_destination mine JOIN payments_destination theirs
    ON theirs.fingerprint = mine.fingerprint AND theirs.retired_at IS NULL
    WHERE mine.person_id = a.sharer_id AND mine.retired_at IS NULL AND mine.fingerprint <> ''
      AND theirs.person_id = shop.owner_id),
  EXISTS (SELECT 1 FROM referrals_doorstep here JOIN referrals_doorstep theirs
    ON theirs.digest = here.digest AND theirs.person_id = a.sharer_id
    WHERE here.order_key = a.order_key
      AND theirs.at BETWEEN a.frozen_at - %(recent)s AND a.frozen_at + %(recent)s),
  EXISTS (SELECT 1 FROM referrals_click taken JOIN referrals_click own
    ON own.link_id = taken.link_id AND own.visitor = taken.visitor AND own.kind = 'self'
    WHERE taken.id = a.click_id AND taken.visitor <> ''
      AND own.id BETWEEN %(first)s AND %(last)s
      AND own.at BETWEEN taken.at - %(a_day)s AND taken.at + %(a_day)s),
  (SELECT count(*) FROM referrals_attribution o WHERE o.sharer_id = a.sharer_id
    AND o.buyer_id = a.buyer_id AND o.frozen_at > a.frozen_at - %(recent)s),
  (SELECT count(*) FROM referrals_attribution o WHERE o.sharer_id = a.buyer_id
    AND o.buyer_id = a.sharer_id AND o.frozen_at > a.frozen_at - %(recent)s),
  greatest(
    (SELECT count(*) FROM referrals_attribution o WHERE o.sharer_id = a.sharer_id
      AND o.frozen_at BETWEEN a.frozen_at - %(an_hour)s AND a.frozen_at),
    (SELECT count(*) FROM referrals_attribution o WHERE o.sharer_id = a.sharer_id
      AND o.frozen_at BETWEEN a.frozen_at AND a.frozen_at + %(an_hour)s)),
  (SELECT count(DISTINCT coalesce(o.buyer_id::text, o.order_key))
    FROM referrals_attribution o WHERE o.click_id = a.click_id),
  earned.wrong, earned.rate_bp
FROM referrals_attribution a
JOIN people_person sharer ON sharer.id = a.sharer_id
JOIN shops_shop shop ON shop.id = a.shop_id
LEFT JOIN people_person buyer ON buyer.id = a.buyer_id
JOIN LATERAL (
  SELECT count(*) FILTER (WHERE c.base_minor <= 0 OR c.amount_minor > c.base_minor
      OR c.rate_bp > %(cap)s OR c.amount_minor * 10000 > c.base_minor * c.rate_bp + 10000) AS wrong,
    max(c.rate_bp) AS rate_bp
  FROM referrals_commission c
  WHERE c.attribution_id = a.id AND c.state IN ('expected', 'pending', 'held')
) earned ON earned.rate_bp IS NOT NULL
WHERE a.id = ANY (%(ids)s)
ORDER BY a.id
"""

# A circle: whom they brought, and who brought them, where these are one, or the first
# brought the second. Longer circles are not looked for: each more step asks a crowd.
PEOPLE = """
SELECT p.id,
  (SELECT count(DISTINCT theirs.person_id) FROM payments_destination mine
    JOIN payments_destination theirs ON theirs.fingerprint = mine.fingerprint
      AND theirs.retired_at IS NULL AND theirs.person_id <> mine.person_id
    WHERE mine.person_id = p.id AND mine.retired_at IS NULL AND mine.fingerprint <> ''),
  coalesce(cardinality(circle.people), 0), inside.sales, inside.own,
  brought.known, brought.fresh,
  back.lines, back.minor, back.taken_minor,
  ARRAY(SELECT DISTINCT f.rule FROM referrals_finding f JOIN referrals_review r
    ON r.id = f.review_id WHERE r.person_id = p.id AND r.state = %(let_go)s
      AND r.decided_at > %(since)s)
FROM unnest(%(ids)s::bigint[]) p(id)
CROSS JOIN LATERAL (
  SELECT count(*) AS known,
    count(*) FILTER (WHERE who.joined_at > newest.frozen_at - %(a_day)s) AS fresh,
    coalesce(array_agg(DISTINCT newest.buyer_id), '{}') AS buyers
  FROM (SELECT buyer_id, frozen_at FROM referrals_attribution WHERE sharer_id = p.id
      AND frozen_at > %(since)s ORDER BY frozen_at DESC LIMIT %(most)s) newest
  JOIN people_person who ON who.id = newest.buyer_id
) brought
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(DISTINCT sharer_id), '{}') AS sharers FROM (
    SELECT sharer_id FROM referrals_attribution WHERE buyer_id = p.id
      AND frozen_at > %(since)s ORDER BY frozen_at DESC LIMIT %(most)s) newest
) came_by
CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT person) FILTER (WHERE person IS NOT NULL) AS people FROM (
    SELECT unnest(brought.buyers) INTERSECT SELECT unnest(came_by.sharers)
    UNION
    SELECT unnest(ARRAY[o.sharer_id, o.buyer_id]) FROM referrals_attribution o
    WHERE o.sharer_id = ANY (brought.buyers) AND o.buyer_id = ANY (came_by.sharers)
      AND o.frozen_at > %(since)s
  ) linked(person)
) met
CROSS JOIN LATERAL (
  SELECT CASE WHEN met.people IS NOT NULL
    THEN ARRAY(SELECT DISTINCT unnest(met.people || p.id)) END AS people
) circle
CROSS JOIN LATERAL (
  SELECT count(*) AS sales,
    count(*) FILTER (WHERE newest.buyer_id = ANY (circle.people)) AS own
  FROM (SELECT buyer_id FROM referrals_attribution WHERE sharer_id = ANY (circle.people)
      AND frozen_at > %(since)s ORDER BY frozen_at DESC LIMIT %(most)s) newest
) inside
CROSS JOIN LATERAL (
  SELECT count(*) AS lines, coalesce(sum(newest.amount_minor), 0) AS minor,
    coalesce(sum(newest.reversed_minor), 0) AS taken_minor
  FROM (SELECT amount_minor, reversed_minor FROM referrals_commission WHERE sharer_id = p.id
      AND ordered_at > %(long_ago)s AND received_at > %(refunds_since)s
      ORDER BY ordered_at DESC LIMIT %(most)s) newest
) back
ORDER BY p.id
"""

LINKS = """
SELECT l.id, clicked.people, clicked.machines,
  (SELECT count(*) FROM (SELECT 1 FROM referrals_attribution a WHERE a.link_id = l.id
    AND a.frozen_at > %(since)s LIMIT %(most)s) newest),
  extract(day FROM %(now)s - shop.opened_at)::int, sold.sales, sold.buyers
FROM referrals_sharelink l JOIN shops_shop shop ON shop.id = l.shop_id
CROSS JOIN LATERAL (
  SELECT coalesce(sum(h.humans), 0) AS people, coalesce(sum(h.others), 0) AS machines
  FROM referrals_clickhour h WHERE h.link_id = l.id AND h.hour > %(since)s
) clicked
CROSS JOIN LATERAL (
  SELECT count(*) AS sales,
    count(DISTINCT coalesce(newest.buyer_id::text, newest.order_key)) AS buyers
  FROM (SELECT buyer_id, order_key FROM referrals_attribution a WHERE a.shop_id = l.shop_id
      AND shop.opened_at > %(young_since)s ORDER BY a.frozen_at DESC LIMIT %(most)s) newest
) sold
WHERE l.id = ANY (%(ids)s)
"""


def of_sales(attribution_ids: Sequence[int]) -> Iterator[Facts]:
    """Yield what is known of these sales, as far as somebody may still be paid for them.

    Three questions, however many sales there are.
    """
    sales = [_sale(*row) for row in _ask(SALES, attribution_ids)]
    people = {one.person_id: one for one in of_people({sale.person_id for sale in sales})}
    links = {one.link_id: one for one in _links({sale.link_id for sale in sales})}
    for sale in sales:
        yield Facts(sale=sale, person=people[sale.person_id], link=links[sale.link_id])


def of_people(person_ids: Iterable[int]) -> Iterator[PersonFacts]:
    """Yield what is known of these sharers, in one question."""
    for *figures, forgiven in _ask(PEOPLE, person_ids):
        pk, others, people, sales, inside, known, fresh, lines, minor, taken_minor = figures
        yield PersonFacts(
            person_id=pk,
            others_at_place=others,
            circle_people=people,
            circle_sales=sales,
            circle_inside=inside,
            known_buyers=known,
            new_buyers=fresh,
            received=lines,
            received_minor=int(minor),
            taken_back_minor=int(taken_minor),
            forgiven=frozenset(forgiven),
        )


def _links(link_ids: Iterable[int]) -> Iterator[LinkFacts]:
    for pk, people, machines, sales, days, shop_sales, shop_buyers in _ask(LINKS, link_ids):
        yield LinkFacts(
            link_id=pk,
            people=int(people),
            machines=int(machines),
            sales=sales,
            shop_days=days,
            shop_sales=shop_sales,
            shop_buyers=shop_buyers,
        )


def _sale(  # noqa: PLR0913  # one for each column of SALES, in its order
    pk: int,
    order_key: str,
    sharer_id: int,
    link_id: int,
    frozen_at: datetime,
    clicked_at: datetime,
    channel: str,
    *signs: Any,
) -> SaleFacts:
    sharer, buyer, (same_place, with_shop, door, browser) = signs[:3], signs[3:6], signs[6:10]
    there, back, within_an_hour, buyers, wrong, rate_bp = signs[10:]
    return SaleFacts(
        attribution_id=pk,
        order_key=order_key,
        person_id=sharer_id,
        link_id=link_id,
        is_own_contact=same_place or bool(_contacts(sharer) & _contacts(buyer)),
        is_paid_with_the_shop=with_shop,
        is_own_door=door,
        is_own_browser=browser,
        brought_buyer=there,
        brought_by_buyer=back,
        sales_within_an_hour=within_an_hour,
        milliseconds_to_order=(frozen_at - clicked_at) // timedelta(milliseconds=1),
        buyers_of_click=buyers,
        throwaway_mailboxes=sum(_is_throwaway(email) for email, *_phone in (sharer, buyer)),
        unproven_phones=sum(
            bool(phone) and not is_proven for _email, phone, is_proven in (sharer, buyer)
        ),
        is_advertised=channel == Channel.ADVERT,
        wrong_sums=wrong,
        rate_bp=rate_bp,
    )


def _contacts(whose: Sequence[Any]) -> frozenset[str]:
    email, phone, _is_proven = whose
    return fingerprints.of(phone=phone or "", email=email or "")


def _is_throwaway(email: str | None) -> bool:
    return (email or "").rpartition("@")[2].lower() in THROWAWAY


def _ask(question: str, ids: Iterable[int]) -> list[tuple[Any, ...]]:
    now = clock.now()
    chosen = sorted(ids)
    if not chosen:
        return []
    parameters: dict[str, Any] = {
        "ids": chosen,
        "now": now,
        "since": now - fraud.RECENT,
        "refunds_since": now - fraud.REFUNDS_COUNT,
        "long_ago": now - fraud.REFUNDS_COUNT - fraud.RECENT,
        "young_since": now - timedelta(days=fraud.YOUNG_SHOP_DAYS),
        "recent": fraud.RECENT,
        "a_day": A_DAY,
        "an_hour": timedelta(hours=1),
        "most": MOST_SALES,
        "cap": fraud.CAP_BP,
        "let_go": Review.State.LET_GO,
        **_days_of_clicks(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _days_of_clicks(now: datetime) -> dict[str, str]:
    """Return between which ids clicks are looked at, so that only these days' parts are read."""
    return {
        "first": str(click_ids.first_of((now - CLICKS_READ).date())),
        "last": str(click_ids.first_of((now + A_DAY + A_DAY).date())),
    }
