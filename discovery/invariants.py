"""What must hold of wishes, scenes and questions at every moment."""

from catalog.scenes import MOST_OF_A_SHOP
from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "discovery.every_wish_is_watched",
        """
        SELECT w.id FROM catalog_wish w WHERE NOT EXISTS (
          SELECT 1 FROM catalog_wishedproduct p WHERE p.product_id = w.product_id)
        """,
    ),
    Invariant(
        "discovery.nobody_follows_their_own_list",
        """
        SELECT f.id FROM catalog_wishfollow f JOIN catalog_wishlist l ON l.id = f.wish_list_id
        WHERE f.person_id = l.person_id
        """,
    ),
    Invariant(
        "discovery.no_shop_fills_a_scene",
        """
        SELECT s.scene_id, p.shop_id FROM catalog_sceneplace s
        JOIN catalog_product p ON p.id = s.product_id
        WHERE s.removed_at IS NULL
        GROUP BY s.scene_id, p.shop_id HAVING count(*) > %(most)s
        """,
        {"most": MOST_OF_A_SHOP},
    ),
    Invariant(
        "discovery.nobody_answers_themselves",
        """
        SELECT a.id FROM discovery_answer a JOIN discovery_question q ON q.id = a.question_id
        WHERE a.person_id = q.asker_id
        """,
    ),
]
