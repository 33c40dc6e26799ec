"""What the pages and the books say about one shop, one order, one sharer."""

from __future__ import annotations

from payments import payday
from tests.journeys.street import Street
from tests.journeys.visitor import Visitor


def earned(person: Visitor) -> dict[str, str]:
    """Return what the earnings page says is available and still to come."""
    person.go("/me/earnings")
    coming = person.find("dl.figures dd").first.inner_text()
    # The big figure is drawn in pieces, and written once for who listens.
    available = person.find("section .price .vh").first.inner_text()
    return {"available": available, "coming": coming}


def money(street: Street, shop: str, phone: str) -> dict[str, int]:
    """Return every balance that is not zero, of this shop, of its orders, and of this sharer."""
    rows = street.rows(f"""
        SELECT split_part(a.code, ':', 1), sum(a.balance_minor) FROM ledger_account a
        WHERE a.balance_minor <> 0 AND (
          a.code = 'shop:' || (SELECT id FROM shops_shop WHERE name = '{shop}') || ':CNY'
          OR a.code IN (SELECT 'escrow:' || o.id FROM orders_order o
                        JOIN shops_shop s ON s.id = o.shop_id WHERE s.name = '{shop}')
          OR a.code LIKE '%sharer%:' || (SELECT id FROM people_person
                                         WHERE phone = '+86{phone}') || ':CNY')
        GROUP BY 1""")
    return {kind: int(balance) for kind, balance in rows}


def fees(street: Street, shop: str) -> int:
    """Return what the house kept of this shop's orders."""
    return int(
        street.rows(f"""
        SELECT coalesce(sum(p.amount_minor), 0) FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id AND a.code LIKE 'platform:fees:CNY:%'
        JOIN ledger_transfer t ON t.id = p.transfer_id
        JOIN orders_orderline l ON t.key = 'line:' || l.key || ':completed'
                                OR t.key = l.key || ':completed'
        JOIN orders_order o ON o.id = l.order_id
        JOIN shops_shop s ON s.id = o.shop_id AND s.name = '{shop}'""")[0][0]
    )


def payday_is_over(street: Street) -> bool:
    """Return whether the newest payday by the house's clock was run, and nothing of it waits."""
    period = payday.run_of(street.now())
    states = street.rows(f"SELECT state FROM payments_payoutrun WHERE period = '{period}'")
    return bool(states) and ("filling",) not in states


def order_of(street: Street, phone: str) -> int:
    """Return the id of the one order that goes to this phone number."""
    ((order_id,),) = street.rows(f"SELECT id FROM orders_order WHERE phone = '+86{phone}'")
    return int(order_id)


def states_of(street: Street, shop: str) -> list[str]:
    """Return the states of a shop's products, oldest first."""
    rows = street.rows(f"""
        SELECT p.state FROM catalog_product p JOIN shops_shop s ON s.id = p.shop_id
        WHERE s.name = '{shop}' ORDER BY p.id""")
    return [str(state) for (state,) in rows]


def ids_of(street: Street, *, email: str, phone: str) -> tuple[str, str]:
    """Return the public ids of two people, one known by e-mail and one by phone."""
    ((one, other),) = street.rows(f"""
        SELECT e.public_id, p.public_id FROM people_person e, people_person p
        WHERE e.email = '{email}' AND p.phone = '+86{phone}'""")
    return str(one), str(other)


def state_of(street: Street, order_id: int) -> str:
    return str(street.rows(f"SELECT state FROM orders_order WHERE id = {order_id}")[0][0])


def escrow_of(street: Street, order_id: int) -> list[int]:
    """Return what came into an order's escrow and left it, in its order."""
    rows = street.rows(f"""
        SELECT p.amount_minor FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE a.code = 'escrow:{order_id}' ORDER BY p.id""")
    return [int(amount) for (amount,) in rows]


def payouts_of(street: Street, phone: str) -> list[tuple[int, str]]:
    return [
        (int(amount), str(state))
        for amount, state in street.rows(f"""
        SELECT y.amount_minor, y.state FROM payments_payout y
        JOIN people_person p ON p.id = y.person_id AND p.phone = '+86{phone}'""")
    ]


def stock_of(street: Street, product: str) -> int:
    return int(
        street.rows(f"""
        SELECT sum(v.available) FROM catalog_variant v
        JOIN catalog_product p ON p.id = v.product_id WHERE p.public_id = '{product}'""")[0][0]
    )


def clicks(street: Street, link: str) -> dict[str, int]:
    """Return how many clicks of each kind are stored for a link."""
    code = link.rpartition("/")[2]
    rows = street.rows(f"""
        SELECT c.kind, count(*) FROM referrals_click c
        JOIN referrals_sharelink l ON l.id = c.link_id WHERE l.code = '{code}' GROUP BY 1""")
    return {kind: int(number) for kind, number in rows}


def friendships_of(street: Street, email: str) -> int:
    return int(
        street.rows(f"""
        SELECT count(*) FROM people_friendship f
        JOIN people_person p ON p.id IN (f.low_id, f.high_id)
        WHERE p.email = '{email}'""")[0][0]
    )
