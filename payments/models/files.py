"""Files of payouts that a person carries to the bank."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kit import clock
from kit.public_ids import public_id
from people.models import Person


class PayoutFile(models.Model):
    """A file of payouts, made once; whoever downloads it again gets the same bytes.

    Its payouts are *being checked* from the moment it is made, for nobody can know
    whether the bank was given it: the bank's statement or a person says what became of them.
    """

    reference = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    rail = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    payouts_count = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payouts_count__gt=0, total_minor__gt=0), name="payout_file_holds_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.reference}"
