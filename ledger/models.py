"""Accounts, transfers and postings; rows are written by ``ledger.posting`` alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """One side money can stand on, named by its code (``shop:7``, ``escrow:42``).

    Credit is positive. ``balance_minor`` and ``version`` change only while a posting
    is written, under this row's lock; a side that is not ``running`` (``outside``) is
    too busy for a lock, and its balance is the sum of its postings.
    """

    code = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    running = models.BooleanField(default=True)
    floor_minor = models.BigIntegerField(null=True)
    balance_minor = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_minor__isnull=True)
                | Q(balance_minor__gte=models.F("floor_minor")),
                name="account_stays_above_its_floor",
            ),
        ]
        indexes = [
            # Payday asks who has enough. Every order leaves an empty escrow behind, so the
            # question must not pass them all.
            models.Index(
                fields=["balance_minor"],
                condition=Q(code__startswith="sharer:") | Q(code__startswith="shop:"),
                name="accounts_people_are_paid_from",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One fact about money, told once: its postings sum to zero and never change."""

    key = models.CharField(max_length=120, unique=True)
    request_hash = models.CharField(max_length=64)
    memo = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One leg of a transfer: so much on this account, and the balance it left."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField()
    balance_after_minor = models.BigIntegerField(null=True)
    account_version = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_moves_something"),
            models.UniqueConstraint(
                fields=["transfer", "account"], name="one_posting_an_account_a_transfer"
            ),
            models.UniqueConstraint(
                fields=["account", "account_version"], name="account_versions_have_no_twin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor:+d}"
