"""People, and what stands between two of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock
from kit.public_ids import public_id


class PersonManager(BaseUserManager["Person"]):
    """How people come to be."""

    def create_user(self, *, name: str, password: str | None = None, **fields: Any) -> Person:
        """Make a person with at least an e-mail address or a phone number."""
        person = self.model(name=name, **fields)
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, *, email: str, password: str, **fields: Any) -> Person:
        """Make an administrator of the stock admin."""
        fields.setdefault("name", "admin")
        return self.create_user(
            email=email, password=password, is_staff=True, is_superuser=True, **fields
        )


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account; signs in by a code or a passkey.

    A row with neither address nor phone is an erased account whose commissions and
    orders must keep pointing somewhere.
    """

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    name = models.CharField(_("name"), max_length=40)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    intro = models.CharField(_("a line about you"), max_length=120, blank=True)
    avatar = models.CharField(max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(email=""), name="person_email_is_never_blank"),
            # Also the index of looking somebody up, whatever capitals they type.
            models.UniqueConstraint(Upper("email"), name="one_person_an_address"),
            models.CheckConstraint(condition=~Q(phone=""), name="person_phone_is_never_blank"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        """Return what names this account in logs: never None, which allauth would trip over."""
        return self.email or self.phone or f"person:{self.pk}"


class StaffRole(models.Model):
    """What a person may do for the house itself."""

    class Role(models.TextChoices):
        MODERATOR = "moderator", _("moderator")
        FINANCE = "finance", _("finance")
        SUPPORT = "support", _("support")
        ADMIN = "admin", _("admin")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role"], name="one_staff_role_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"


class FriendRequest(models.Model):
    """One person asks another to be friends; open until answered.

    ``by_address`` says that the sender typed an address and must not learn from us
    whether somebody has it: such a request is never shown to its sender. Nor does a sender
    learn of a no: to them a declined request looks open until they take it back.
    ``declined_at`` stays when they do, so that they cannot ask again at once.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("friend request", "open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    sender = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests_sent")
    receiver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests_received")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    by_address = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")), name="nobody_asks_themselves"
            ),
            models.UniqueConstraint(
                fields=["sender", "receiver"],
                condition=Q(state="open"),
                name="one_open_request_each_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} asks {self.receiver_id}: {self.state}"


class AddressAsked(models.Model):
    """Somebody typed an address, to ask whoever has it; which one is not kept.

    Each counts towards the day's limit, whether or not anybody has it: if only those did
    that reached somebody, reaching the limit would tell who is here.
    """

    sender = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.sender_id} at {self.created_at:%Y-%m-%d}"


class Friendship(models.Model):
    """Two people are friends; stored once, the lower id first."""

    low = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="friends_lower_id_first"),
            models.UniqueConstraint(fields=["low", "high"], name="friends_only_once"),
        ]
        indexes = [models.Index(fields=["high", "low"], name="friends_from_the_other_side")]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"


class Block(models.Model):
    """One person wants neither to see nor to be seen by another."""

    blocker = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(blocker=F("blocked")), name="nobody_blocks_themselves"
            ),
            models.UniqueConstraint(fields=["blocker", "blocked"], name="blocked_only_once"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
