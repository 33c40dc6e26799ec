"""Fraud: the rules that look at every sale, each a pure function of what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from referrals.facts import Facts
from referrals.models.finding import Stage, Verdict

# Goes up whenever a rule or a number below changes, and stands with each finding.
VERSION = 1

# Scores add up. From this on the money waits for a person: one strong sign, or two weak
# ones. No number of scores ever takes a commission away: only a person does (ADR 0019).
ENOUGH = 100
STRONG, WEAK, FAINT = 100, 60, 20

# The numbers below are judgements, not measurements: each says what it means to stay clear
# of. Whoever changes one after seeing real sales raises VERSION.

# A month holds the rhythm of paydays and of people's shopping, and is short enough that
# nobody is held against for ever. The same for what somebody of the house let go.
RECENT = timedelta(days=30)

# The longest a return takes from receipt in most shops (7 to 30 days), twice over.
REFUNDS_COUNT = timedelta(days=60)

# Two friends who like the same shops bring each other an order now and then. Three each
# way in a month is one order every five days, paid both times.
EACH_WAY = 3
# Of a circle, so many people and orders before a share of them says anything at all.
CIRCLE_PEOPLE, CIRCLE_SALES, CIRCLE_INSIDE_PERCENT = 3, 6, 80

# A post in a full group (500 people, the most WeChat allows) of which one in twenty buys
# within the hour is 25 orders. Above that somebody should look.
SALES_AN_HOUR = 25
# Accounts of less than a day among the buyers; below ten buyers a few friends who joined
# for the first order would be more than half.
BUYERS_THAT_TELL, NEW_BUYERS_PERCENT = 10, 50

# Above what a shop of clothes bears, which has more returns than any other; five
# commissions, so that one return is no rate.
REFUND_PERCENT, RECEIVED_THAT_TELL = 30, 5

# Four orders out of five clicks: shops are glad of one in twenty.
SALES_THAT_TELL, SALES_PER_CLICK_PERCENT = 10, 80
# Nobody reads a page, chooses a variant and gives an address in less.
FASTEST_MILLISECONDS = 3000
# A couple and a child at one tablet; more is a cookie handed round.
BUYERS_OF_A_CLICK = 3

# Each chat that a link is sent to fetches a preview, so a fair part are always machines.
OPENINGS_THAT_TELL, MACHINES_PERCENT = 100, 90

# A shop's first month; the same few buyers who each come back three times in it; and a
# rate that twice beats the house's default.
YOUNG_SHOP_DAYS, YOUNG_SHOP_SALES, SALES_A_BUYER, HIGH_RATE_BP = 30, 10, 3, 2000

# The house's own cap, as the database has it (``Commission``).
CAP_BP = 3000

Evidence = dict[str, int]
Seen = tuple[int, Evidence]
NOTHING: Seen = (0, {})


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of fraud.

    Attributes:
        name: its number.
        words: what it saw, for the house's staff; takes the evidence's figures.
        look: returns a score, 0 for nothing, and the evidence.
        stages: when it looks.
        verdict: what it alone comes to where its score is enough.
        is_about_person: it would say the same of the sharer's next sale.
    """

    name: str
    words: str | Promise
    look: Callable[[Facts], Seen]
    stages: frozenset[str] = frozenset({Stage.SALE, Stage.RELEASE})
    verdict: Verdict = Verdict.HOLD
    is_about_person: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that saw something."""

    rule: Rule
    score: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules found, and what it comes to."""

    found: tuple[Found, ...]
    verdict: Verdict


def judge(facts: Facts, *, stage: str) -> Judgement:
    """Ask every rule that looks at this stage, and add up what they say.

    What somebody of the house let go of this person a while ago is found, and counts for
    nothing: they need not say so again at every sale.
    """
    found = tuple(
        Found(rule, score, evidence)
        for rule in RULES
        if stage in rule.stages
        for score, evidence in [rule.look(facts)]
        if score
    )
    counted = [one for one in found if not _is_forgiven(one.rule, facts)]
    if any(one.rule.verdict == Verdict.BLOCK for one in counted):
        return Judgement(found, Verdict.BLOCK)
    is_enough = sum(one.score for one in counted) >= ENOUGH
    return Judgement(found, Verdict.HOLD if is_enough else Verdict.OK)


def _is_forgiven(rule: Rule, facts: Facts) -> bool:
    is_of_a_sale = bool(facts.sale.attribution_id) and not rule.is_about_person
    return rule.name in facts.person.forgiven and not is_of_a_sale


def _if(holds: bool, score: int, **evidence: int) -> Seen:  # noqa: FBT001  # reads as a word
    return (score, evidence) if holds else NOTHING


def _is_above(part: int, whole: int, percent: int) -> bool:
    return part * 100 > whole * percent


def own_contact(facts: Facts) -> Seen:
    """F1: the sharer is the buyer under another name.

    At the order ``referrals.judging`` has refused that click already; what is seen here
    has become so later, perhaps by the other side's doing, so a person looks.
    """
    return _if(facts.sale.is_own_contact, STRONG)


def own_shop(facts: Facts) -> Seen:
    """F2: the shop's owner and the sharer have their money sent to one place, by now."""
    return _if(facts.sale.is_paid_with_the_shop, STRONG)


def shared_place(facts: Facts) -> Seen:
    """F3: several people have their money sent to one place.

    Weak on purpose: whoever types a stranger's account must not be able to keep that
    stranger's money (ADR 0012). Each payout there waits for an approval anyway.
    """
    others = facts.person.others_at_place
    return _if(others > 0, WEAK, others=others)


def household(facts: Facts) -> Seen:
    """F4: one door or one browser. Either alone is a family; both are one person."""
    door, browser = facts.sale.is_own_door, facts.sale.is_own_browser
    return _if(door or browser, WEAK * (door + browser), door=door, browser=browser)


def ring(facts: Facts) -> Seen:
    """F5: people who buy in a circle, each by the other's link."""
    sale, person = facts.sale, facts.person
    there, back = sale.brought_buyer, sale.brought_by_buyer
    is_pair = min(there, back) >= EACH_WAY
    is_circle = (
        person.circle_people >= CIRCLE_PEOPLE
        and person.circle_sales >= CIRCLE_SALES
        and _is_above(person.circle_inside, person.circle_sales, CIRCLE_INSIDE_PERCENT)
    )
    return _if(
        is_pair or is_circle,
        STRONG,
        there=there,
        back=back,
        people=person.circle_people,
        sales=person.circle_sales,
        inside=person.circle_inside,
    )


def haste(facts: Facts) -> Seen:
    """F6: more orders in an hour than a full group brings, or mostly from brand-new accounts."""
    hour, person = facts.sale.sales_within_an_hour, facts.person
    are_new = person.known_buyers >= BUYERS_THAT_TELL and _is_above(
        person.new_buyers, person.known_buyers, NEW_BUYERS_PERCENT
    )
    is_seen = hour > SALES_AN_HOUR or are_new
    return _if(is_seen, STRONG, hour=hour, buyers=person.known_buyers, new=person.new_buyers)


def sent_back(facts: Facts) -> Seen:
    """F7: much of what the sharer brought goes back."""
    person = facts.person
    is_much = person.received >= RECEIVED_THAT_TELL and _is_above(
        person.taken_back_minor, person.received_minor, REFUND_PERCENT
    )
    percent = person.taken_back_minor * 100 // max(person.received_minor, 1)
    return _if(is_much, STRONG, percent=percent, received=person.received)


def odd_clicks(facts: Facts) -> Seen:
    """F8: nearly every click buys, the order follows at once, or one click has many buyers."""
    sale, link = facts.sale, facts.link
    buys = link.sales >= SALES_THAT_TELL and _is_above(
        link.sales, max(link.people, 1), SALES_PER_CLICK_PERCENT
    )
    is_fast = 0 < sale.milliseconds_to_order < FASTEST_MILLISECONDS
    is_shared = sale.buyers_of_click > BUYERS_OF_A_CLICK
    return _if(
        buys or is_fast or is_shared,
        STRONG,
        sales=link.sales,
        clicks=link.people,
        seconds=sale.milliseconds_to_order // 1000,
        buyers=sale.buyers_of_click,
    )


def machines(facts: Facts) -> Seen:
    """F9: hardly anybody but machines opens the link.

    Weak: crawlers come by themselves, and nobody can keep them from another's link.
    """
    link = facts.link
    openings = link.people + link.machines
    is_seen = openings >= OPENINGS_THAT_TELL and _is_above(
        link.machines, openings, MACHINES_PERCENT
    )
    return _if(is_seen, WEAK, machines=link.machines, openings=openings)


def throwaway(facts: Facts) -> Seen:
    """F10: mailboxes of throwaway services, and phones that nobody proved."""
    sale = facts.sale
    score = WEAK * min(sale.throwaway_mailboxes, 1) + FAINT * sale.unproven_phones
    return _if(score > 0, score, mailboxes=sale.throwaway_mailboxes, phones=sale.unproven_phones)


def advertised(facts: Facts) -> Seen:
    """F11: the link was opened from a paid advertisement, perhaps on the shop's own name.

    Weak: to advertise is allowed unless the vendor says otherwise.
    """
    return _if(facts.sale.is_advertised, WEAK)


def wrong_sums(facts: Facts) -> Seen:
    """F13: a commission above what was paid, of nothing, or above the cap: a fault of ours."""
    wrong = facts.sale.wrong_sums
    return _if(wrong > 0, STRONG, lines=wrong)


def bought_custom(facts: Facts) -> Seen:
    """F14: a young shop sells to the same few at a high rate."""
    link, rate_bp = facts.link, facts.sale.rate_bp
    is_seen = (
        link.shop_days < YOUNG_SHOP_DAYS
        and link.shop_sales >= YOUNG_SHOP_SALES
        and link.shop_buyers * SALES_A_BUYER <= link.shop_sales
        and rate_bp >= HIGH_RATE_BP
    )
    return _if(
        is_seen,
        STRONG,
        days=link.shop_days,
        sales=link.shop_sales,
        buyers=link.shop_buyers,
        percent=rate_bp // 100,
    )


EVERYWHERE = frozenset({Stage.SALE, Stage.RELEASE, Stage.PAYOUT})
LATER = frozenset({Stage.RELEASE})

# Read as a table: number, what staff read, the rule.
# fmt: off
RULES = (
    Rule("F1", _("Sharer and buyer now have one phone, mailbox or payout account."),
        own_contact, stages=LATER),
    Rule("F2", _("The sharer's money now goes where the shop owner's does."),
        own_shop, stages=LATER),
    Rule("F3", _("%(others)s other people have their money sent to the same place."),
        shared_place, is_about_person=True),
    Rule("F4", _("Sent to a door of the sharer's: %(door)s. From their own browser: %(browser)s."),
        household),
    Rule("F5", _("They bring each other orders: %(there)s there, %(back)s back. In the circle of "
        "%(people)s people, %(inside)s of %(sales)s orders were their own."),
        ring, stages=EVERYWHERE),
    Rule("F6", _("%(hour)s orders within an hour; %(new)s of %(buyers)s buyers had just joined."),
        haste, is_about_person=True, stages=EVERYWHERE),
    Rule("F7", _("%(percent)s %% of what was earned on %(received)s lines went back."),
        sent_back, is_about_person=True, stages=EVERYWHERE),
    Rule("F8", _("%(sales)s orders from %(clicks)s clicks; ordered %(seconds)s seconds after the "
        "click, which brought %(buyers)s buyers."), odd_clicks),
    Rule("F9", _("Machines opened the link %(machines)s of %(openings)s times."),
        machines, is_about_person=True),
    Rule("F10", _("Throwaway mailboxes: %(mailboxes)s. Phones nobody proved: %(phones)s."),
        throwaway),
    Rule("F11", _("The link was opened from a paid advertisement."), advertised),
    Rule("F13", _("%(lines)s commissions are above what they can be. A fault of ours: tell a "
        "developer."), wrong_sums, verdict=Verdict.BLOCK),
    Rule("F14", _("The shop is %(days)s days old: %(sales)s orders by links from %(buyers)s "
        "buyers, at %(percent)s %%."), bought_custom),
)
# fmt: on

BY_NAME = {rule.name: rule for rule in RULES}

# Where the rest is kept: these refuse or delay by themselves, and are not asked twice.
KEPT_ELSEWHERE = {
    "F1": "referrals.judging",  # own purchase, own contact, own account: the click is skipped
    "F2": "referrals.judging",  # own shop: the click is skipped
    "F3": "payments.limits.shared_places",  # each payout waits for an approval
    "F12": "payments.destinations.usable_since",  # a changed place cools; every address is told
}


def said(rule: str, evidence: Evidence) -> str:
    """Return what a rule saw, in the reader's language; of a rule that is gone, its number."""
    known = BY_NAME.get(rule)
    if known is None:
        return rule
    words = {True: pgettext("evidence", "yes"), False: pgettext("evidence", "no")}
    told = {
        name: words[value] if isinstance(value, bool) else value for name, value in evidence.items()
    }
    try:
        return str(known.words) % told
    except KeyError:  # what an older version of the rule wrote down
        return rule
