"""Facts: what is known of a sale, and of who is to be paid for it, when a rule looks."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What is known of a sharer; of the last ``fraud.RECENT`` where no other time is said.

    Attributes:
        person_id: the sharer.
        others_at_place: other people whose money goes to the same place as theirs.
        circle_people: they, and whoever stands with them in a circle of two or three in
            which each brought the next an order; 0 when they stand in none.
        circle_sales: orders that the circle's people brought.
        circle_inside: of these, how many the circle's people placed themselves.
        known_buyers: their buyers who have an account.
        new_buyers: of these, who had it for less than a day when they bought.
        received: commissions of theirs received in the last ``fraud.REFUNDS_COUNT``.
        received_minor: what these came to, in minor units.
        taken_back_minor: what refunds took of that again.
        forgiven: rules about the person that somebody of the house let go a while ago.
    """

    person_id: int = 0
    others_at_place: int = 0
    circle_people: int = 0
    circle_sales: int = 0
    circle_inside: int = 0
    known_buyers: int = 0
    new_buyers: int = 0
    received: int = 0
    received_minor: int = 0
    taken_back_minor: int = 0
    forgiven: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What is known of a link and of its shop, of the last ``fraud.RECENT``.

    Attributes:
        link_id: the link.
        people: openings by people.
        machines: openings by anything else.
        sales: orders it brought.
        shop_days: how long its shop has been open.
        shop_sales: orders that any link brought that shop; counted for young shops only.
        shop_buyers: by how many different buyers.
    """

    link_id: int = 0
    people: int = 0
    machines: int = 0
    sales: int = 0
    shop_days: int = 10_000
    shop_sales: int = 0
    shop_buyers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleFacts:
    """What is known of one sale.

    Attributes:
        attribution_id: the sale.
        order_key: its order.
        person_id: its sharer.
        link_id: the link that brought it.
        is_own_contact: sharer and buyer have one phone, mailbox or place for their money.
        is_paid_with_the_shop: the sharer's money goes where the shop's owner has theirs sent.
        is_own_door: it goes to a door where the sharer has had orders sent.
        is_own_browser: the click came from where the sharer opened the link that day.
        brought_buyer: orders by which this sharer brought this buyer, this one included.
        brought_by_buyer: orders by which this buyer brought this sharer.
        sales_within_an_hour: orders the sharer brought in the hour up to it, or from it on.
        milliseconds_to_order: from the click to the order; 0 or less where two clocks differ.
        buyers_of_click: how many different buyers the same click brought.
        throwaway_mailboxes: of sharer and buyer, how many have one of a throwaway service.
        unproven_phones: of sharer and buyer, how many typed a phone and never proved it.
        is_advertised: the link was opened from a paid advertisement.
        wrong_sums: commissions of it that no rate the house allows can come to.
        rate_bp: the highest rate of its lines, in basis points.
    """

    attribution_id: int = 0
    order_key: str = ""
    person_id: int = 0
    link_id: int = 0
    is_own_contact: bool = False
    is_paid_with_the_shop: bool = False
    is_own_door: bool = False
    is_own_browser: bool = False
    brought_buyer: int = 0
    brought_by_buyer: int = 0
    sales_within_an_hour: int = 1
    milliseconds_to_order: int = 3_600_000
    buyers_of_click: int = 1
    throwaway_mailboxes: int = 0
    unproven_phones: int = 0
    is_advertised: bool = False
    wrong_sums: int = 0
    rate_bp: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the rules may know; before a payout there is a person and no sale."""

    sale: SaleFacts = field(default_factory=SaleFacts)
    person: PersonFacts = field(default_factory=PersonFacts)
    link: LinkFacts = field(default_factory=LinkFacts)
