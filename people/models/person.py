"""People themselves, and what they may do for the house."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock
from kit.public_ids import public_id


class Audience(models.TextChoices):
    """Who may see something that a person bought or said."""

    ME = "me", pgettext_lazy("audience", "Only me")
    FRIENDS = "friends", pgettext_lazy("audience", "My friends")
    EVERYONE = "everyone", pgettext_lazy("audience", "Everyone")


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
    orders must keep pointing somewhere. ``purchases_seen_by`` and ``words_seen_by`` are what
    a new purchase or endorsement starts from; each keeps its own. Who is not
    ``named_to_friends_of_friends`` is only counted there, among at least three.
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
    purchases_seen_by = models.CharField(
        max_length=8, choices=Audience, default=Audience.ME, db_default="me"
    )
    words_seen_by = models.CharField(
        max_length=8, choices=Audience, default=Audience.FRIENDS, db_default="friends"
    )
    named_to_friends_of_friends = models.BooleanField(default=False, db_default=False)
    personalised = models.BooleanField(default=True, db_default=True)

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
