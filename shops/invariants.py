"""What must hold of shops at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "shops.every_shop_has_its_owner_as_staff",
        """
        SELECT s.id FROM shops_shop s WHERE NOT EXISTS (
          SELECT FROM shops_membership m
          WHERE m.shop_id = s.id AND m.person_id = s.owner_id AND m.role = 'owner')
        """,
    ),
    Invariant(
        "shops.every_shop_has_terms",
        """
        SELECT s.id FROM shops_shop s
        WHERE NOT EXISTS (SELECT FROM shops_terms t WHERE t.shop_id = s.id)
        """,
    ),
]
