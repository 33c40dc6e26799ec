"""What must hold of the audit at every moment; ``recording.broken_links`` looks deeper."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "audit.every_row_follows_the_one_before",
        """
        SELECT id FROM (
          SELECT id, previous_digest, lag(digest, 1, repeat('0', 64)) OVER (ORDER BY id) AS before
          FROM audit_auditevent
        ) link WHERE previous_digest <> before
        """,
    ),
]
