"""What must hold of the catalogue at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "catalog.stock_is_the_sum_of_its_moves",
        """
        SELECT v.id, v.available, v.reserved, sum(m.available_change), sum(m.reserved_change)
        FROM catalog_variant v LEFT JOIN catalog_stockmove m ON m.variant_id = v.id
        GROUP BY v.id
        HAVING v.available <> coalesce(sum(m.available_change), 0)
            OR v.reserved <> coalesce(sum(m.reserved_change), 0)
        """,
    ),
    Invariant(
        "catalog.stock_is_never_below_zero",
        "SELECT id, available, reserved FROM catalog_variant WHERE available < 0 OR reserved < 0",
    ),
    Invariant(
        "catalog.no_more_is_sold_than_there_was",
        """
        SELECT variant_id FROM catalog_stockmove GROUP BY variant_id
        HAVING sum(available_change + reserved_change) < 0
        """,
    ),
    Invariant(
        "catalog.endorsement_rests_on_its_writers_receipt",
        """
        SELECT e.id FROM catalog_endorsement e JOIN catalog_receipt r ON r.id = e.receipt_id
        WHERE r.person_id IS DISTINCT FROM e.person_id OR r.product_id <> e.product_id
        """,
    ),
    Invariant(
        "catalog.nobody_endorses_before_receiving",
        """
        SELECT e.id FROM catalog_endorsement e WHERE NOT EXISTS (
          SELECT FROM catalog_receipt r
          WHERE r.person_id = e.person_id AND r.product_id = e.product_id
            AND r.received_at <= e.created_at)
        """,
    ),
    Invariant(
        "catalog.endorsement_reads_as_its_last_version",
        """
        SELECT e.id FROM catalog_endorsement e LEFT JOIN LATERAL (
          SELECT verdict, words, visibility, withdrawn FROM catalog_endorsementversion v
          WHERE v.endorsement_id = e.id ORDER BY v.at DESC, v.id DESC LIMIT 1) last ON true
        WHERE (last.verdict, last.words, last.visibility, last.withdrawn)
          IS DISTINCT FROM (e.verdict, e.words, e.visibility, e.withdrawn_at IS NOT NULL)
        """,
    ),
    Invariant(
        "catalog.words_that_can_earn_say_so",
        """
        SELECT e.id FROM catalog_endorsement e
        WHERE NOT e.earns AND EXISTS (
          SELECT FROM catalog_earner w
          WHERE w.person_id = e.person_id AND w.product_id = e.product_id)
        """,
    ),
    Invariant(
        "catalog.words_that_wait_are_read_by_nobody",
        """
        SELECT h.id FROM catalog_wordshold h JOIN catalog_endorsement e ON e.id = h.endorsement_id
        WHERE h.state = 'waiting' AND (e.visibility <> 'held' OR e.withdrawn_at IS NOT NULL)
        """,
    ),
    Invariant(
        "catalog.words_nobody_reads_wait_or_came_back",
        """
        SELECT e.id FROM catalog_endorsement e WHERE e.visibility = 'held'
          AND e.withdrawn_at IS NULL AND NOT EXISTS (
            SELECT FROM catalog_wordshold h
            WHERE h.endorsement_id = e.id AND h.state IN ('waiting', 'returned'))
        """,
    ),
    Invariant(
        "catalog.a_shop_answers_for_its_own_goods",
        """
        SELECT r.id FROM catalog_endorsementreply r
        JOIN catalog_endorsement e ON e.id = r.endorsement_id AND e.person_id = r.author_id
        """,
    ),
    Invariant(
        "catalog.words_show_their_writers_own_photos",
        """
        SELECT x.id FROM catalog_endorsementphoto x
        JOIN catalog_endorsement e ON e.id = x.endorsement_id
        JOIN catalog_photo p ON p.id = x.photo_id WHERE p.uploaded_by_id <> e.person_id
        """,
    ),
    Invariant(
        # What changed since is marked, and counted within the minute.
        "catalog.a_score_is_what_its_circles_come_to",
        """
        SELECT s.product_id FROM catalog_itemscore s
        LEFT JOIN LATERAL (
          SELECT sum(least(c.weight, 2.0)) AS score FROM (
            SELECT w.circle, sum(w.weight) AS weight FROM catalog_weight w
            WHERE w.product_id = s.product_id AND w.circle >= 0 GROUP BY w.circle
          ) c
        ) whole ON true
        WHERE abs(s.score - coalesce(whole.score, 0)) > 0.000001
        """,
    ),
    Invariant(
        "catalog.a_shelf_holds_what_members_put_there",
        """
        SELECT p.id FROM catalog_circlepick p WHERE NOT EXISTS (
          SELECT FROM people_circlemember m
          WHERE m.circle_id = p.circle_id AND m.person_id = p.person_id)
        """,
    ),
    Invariant(
        "catalog.a_held_listing_has_one_open_hold",
        """
        SELECT p.id FROM catalog_product p
        LEFT JOIN catalog_hold h ON h.product_id = p.id AND h.state = 'waiting'
        WHERE (p.state = 'held') <> (h.id IS NOT NULL)
        """,
    ),
    Invariant(
        "catalog.nothing_is_on_sale_unseen_in_an_untrusted_shop",
        """
        SELECT p.id FROM catalog_product p JOIN shops_shop s ON s.id = p.shop_id
        WHERE p.state = 'live' AND s.trusted_at IS NULL
        """,
    ),
    Invariant(
        "catalog.what_is_on_sale_offers_something",
        """
        SELECT p.id FROM catalog_product p WHERE p.state = 'live' AND NOT EXISTS (
          SELECT FROM catalog_variant v WHERE v.product_id = p.id AND v.is_offered)
        """,
    ),
    Invariant(
        # A certificate that is over counts until the sweep has ended it, once a minute.
        "catalog.a_brand_that_blocks_is_sold_only_with_its_certificate",
        """
        SELECT n.id FROM catalog_naming n
        JOIN catalog_product p ON p.id = n.product_id AND p.state = 'live'
        JOIN catalog_brand b ON b.id = n.brand_id AND b.state = 'verified'
        LEFT JOIN catalog_certificate c ON c.id = n.certificate_id
        WHERE b.policy = 'block' AND n.cleared_at IS NULL
          AND (c.id IS NULL OR c.state <> 'issued')
        """,
    ),
    Invariant(
        "catalog.a_certificate_covers_its_own_brand_and_shop",
        """
        SELECT n.id FROM catalog_naming n
        JOIN catalog_product p ON p.id = n.product_id
        JOIN catalog_certificate c ON c.id = n.certificate_id
        WHERE c.brand_id <> n.brand_id OR c.shop_id <> p.shop_id
        """,
    ),
    Invariant(
        "catalog.certificates_come_from_a_brands_owner",
        """
        SELECT c.id FROM catalog_certificate c JOIN catalog_brand b ON b.id = c.brand_id
        WHERE c.issued_by_id <> b.owner_id
        """,
    ),
    Invariant(
        "catalog.only_a_verified_brand_has_words",
        """
        SELECT w.id FROM catalog_brandword w JOIN catalog_brand b ON b.id = w.brand_id
        WHERE b.state <> 'verified'
        """,
    ),
]
