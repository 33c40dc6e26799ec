"""What must hold between people at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "people.no_friendship_across_a_block",
        """
        SELECT f.id FROM people_friendship f WHERE EXISTS (
          SELECT 1 FROM people_block b
          WHERE (b.blocker_id, b.blocked_id) IN ((f.low_id, f.high_id), (f.high_id, f.low_id)))
        """,
    ),
    Invariant(
        "people.no_open_request_across_a_block",
        """
        SELECT r.id FROM people_friendrequest r WHERE r.state = 'open' AND EXISTS (
          SELECT 1 FROM people_block b WHERE (b.blocker_id, b.blocked_id)
          IN ((r.sender_id, r.receiver_id), (r.receiver_id, r.sender_id)))
        """,
    ),
    Invariant(
        "people.no_open_request_between_friends",
        """
        SELECT r.id FROM people_friendrequest r JOIN people_friendship f
          ON (f.low_id, f.high_id)
             = (least(r.sender_id, r.receiver_id), greatest(r.sender_id, r.receiver_id))
        WHERE r.state = 'open'
        """,
    ),
    Invariant(
        "people.no_two_open_requests_facing_each_other",
        """
        SELECT r.id FROM people_friendrequest r JOIN people_friendrequest back
          ON (back.sender_id, back.receiver_id) = (r.receiver_id, r.sender_id)
        WHERE r.state = 'open' AND back.state = 'open' AND r.id < back.id
        """,
    ),
    Invariant(
        "people.an_answer_has_its_moment",
        "SELECT id FROM people_friendrequest WHERE (state = 'open') <> (answered_at IS NULL)",
    ),
    Invariant(
        "people.a_circles_host_is_in_it",
        """
        SELECT c.id FROM people_circle c WHERE c.state = 'open' AND NOT EXISTS (
          SELECT 1 FROM people_circlemember m
          WHERE m.circle_id = c.id AND m.person_id = c.host_id AND m.state = 'member')
        """,
    ),
    Invariant(
        "people.a_hosts_place_is_offered_to_a_member",
        """
        SELECT c.id FROM people_circle c WHERE c.offered_to_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM people_circlemember m
          WHERE m.circle_id = c.id AND m.person_id = c.offered_to_id AND m.state = 'member'
            AND c.state = 'open' AND c.offered_to_id <> c.host_id)
        """,
    ),
    Invariant(
        "people.no_circle_is_more_than_full",
        """
        SELECT circle_id FROM people_circlemember WHERE state = 'member'
        GROUP BY circle_id HAVING count(*) > 500
        """,
    ),
    Invariant(
        "people.a_no_to_a_newcomer_has_its_moment",
        "SELECT id FROM people_circlemember WHERE state = 'declined' AND declined_at IS NULL",
    ),
    Invariant(
        "people.a_weight_is_reach_times_evidence",
        "SELECT person_id FROM people_accounttrust WHERE abs(t - g * e) > 1e-9",
    ),
    Invariant(
        "people.no_weight_while_everybody_counts_the_same",
        """
        SELECT person_id FROM people_accounttrust WHERE NOT coalesce((
          SELECT counts FROM people_trustrun WHERE state = 'published' ORDER BY id DESC LIMIT 1),
          false)
        """,
    ),
    Invariant(
        "people.whoever_is_barred_weighs_nothing",
        """
        SELECT a.person_id FROM people_accounttrust a JOIN people_trustbar b
          ON b.person_id = a.person_id AND b.lifted_at IS NULL
        WHERE a.t > 0
        """,
    ),
]
