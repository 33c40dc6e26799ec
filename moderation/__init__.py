"""Moderation: what waits for a person's eyes, and what was decided and why."""
