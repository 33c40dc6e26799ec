"""Accounts, transfers and postings, written by ``ledger.posting`` alone, and what closes a day."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import ExpressionWrapper, Q


class Account(models.Model):
    """One side money can stand on, named by its code (``shop:7``, ``escrow:42``).

    Credit is positive. ``balance_minor`` and ``version`` change only while a posting
    is written, under this row's lock. A side that is not ``running`` (``outside``) is too
    busy for a lock: it has sixteen of these rows (``outside:sandbox:CNY:07``), and its
    balance is the sum of their postings.
    """

    # Compared byte by byte: one index finds a code and all codes that begin alike.
    code = models.CharField(max_length=64, db_collation="C")
    currency = models.CharField(max_length=3)
    running = models.BooleanField(default=True)
    floor_minor = models.BigIntegerField(null=True)
    balance_minor = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    # Indexed instead of the balance, which changes with every posting: where it stays as it
    # is, PostgreSQL changes the row in place and leaves every index alone.
    has_money = models.GeneratedField(
        expression=ExpressionWrapper(Q(balance_minor__gt=0), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="one_account_a_code"),
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
                fields=["id"],
                condition=Q(has_money=True)
                & (Q(code__startswith="sharer:") | Q(code__startswith="shop:")),
                name="accounts_people_are_paid_from",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One fact about money, told once: its postings sum to zero and never change.

    It happened at ``occurred_at`` and was written down at ``posted_at``. ``nonce`` goes into
    its digest, so that the digest may be published: without it nobody can find the amounts
    by trying them.
    """

    key = models.CharField(max_length=120, db_collation="C")
    request_hash = models.CharField(max_length=64)
    memo = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    nonce = models.UUIDField(db_default=RandomUUID())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="a_fact_is_told_once")]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One leg of a transfer: so much on this account, and the balance it left.

    On an account that is not running, balance and version are left out. The statement's
    trigger sees to it that transfer and account exist; neither can ever be deleted, and a
    foreign key would look at each leg by itself and lock its account.
    """

    transfer = models.ForeignKey(
        Transfer,
        on_delete=models.PROTECT,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    amount_minor = models.BigIntegerField()
    balance_after_minor = models.BigIntegerField(null=True)
    account_version = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_moves_something"),
            models.CheckConstraint(
                condition=Q(account_version__isnull=True, balance_after_minor__isnull=True)
                | Q(account_version__isnull=False, balance_after_minor__isnull=False),
                name="posting_has_version_and_balance_together",
            ),
            models.UniqueConstraint(
                fields=["transfer", "account"], name="one_posting_an_account_a_transfer"
            ),
            models.UniqueConstraint(
                fields=["account", "account_version"],
                condition=Q(account_version__isnull=False),
                name="account_versions_have_no_twin",
            ),
        ]
        indexes = [
            # The tail of a side that is not running: what came after its checkpoint.
            models.Index(
                fields=["account", "id"],
                include=["amount_minor"],
                condition=Q(account_version__isnull=True),
                name="tails_of_busy_sides",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor:+d}"


class Checkpoint(models.Model):
    """What an account that is not running held when a day was closed.

    ``through`` is the newest posting counted; every later one has a greater id.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="checkpoints", db_index=False
    )
    through = models.BigIntegerField()
    balance_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "through"], name="one_checkpoint_a_close"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.balance_minor:+d} through {self.through}"


class DaySeal(models.Model):
    """One closed day: a digest over every transfer written on it, and over the seal before.

    The day is the house's, and one on which nothing was written has no seal. ``first`` and
    ``last`` are ids of transfers; each seal begins where the one before it ends.
    """

    day = models.DateField(unique=True)
    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)
    transfers = models.BigIntegerField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A chain: of each digest there is one, and one that follows it.
            models.UniqueConstraint(fields=["previous_digest"], name="seals_do_not_fork"),
            models.UniqueConstraint(fields=["digest"], name="a_digest_is_of_one_day"),
            models.CheckConstraint(
                condition=Q(transfers__gt=0, last__gte=models.F("first")),
                name="a_seal_covers_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"
