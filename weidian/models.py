"""What the project itself keeps: counts of tries, while Valkey is away."""

from __future__ import annotations

from django.db import models


class Count(models.Model):
    """Tries of one kind from one source, until they expire; written only without Valkey.

    The columns are those of Django's database cache, which ``weidian.counting`` reads and
    writes them with.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
