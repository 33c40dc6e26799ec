"""Brands, the certificates their owners issue, and the listings that name them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Category, Product
from kit import clock
from kit.public_ids import public_id
from people.models import Person
from shops.models import Shop


class BrandQuerySet(models.QuerySet["Brand"]):
    """Brands, by who keeps them and whether they count."""

    def kept_by(self, person: Person) -> BrandQuerySet:
        """Brands this person registered, the newest first."""
        return self.filter(owner=person).order_by("-created_at", "-pk")

    def verified(self) -> BrandQuerySet:
        """Brands of which a moderator has seen that they are their owner's."""
        return self.filter(state=Brand.State.VERIFIED)

    def waiting(self) -> BrandQuerySet:
        """Brands nobody has looked at yet, the oldest first."""
        return self.filter(state=Brand.State.WAITING).order_by("created_at", "pk")


class Brand(models.Model):
    """A trade mark somebody says is theirs; it has no effect until a moderator has verified it.

    ``register_office`` and ``register_number`` say where anybody may look it up. ``policy``
    says what becomes of listings that name it without a certificate. ``read_at`` is when
    every listing was last read for its words.
    """

    class Policy(models.TextChoices):
        MARK = "mark", _("Mark them: “no certificate of the brand seen”")
        BLOCK = "block", _("Hold them back until there is a certificate")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("brand", "being checked")
        VERIFIED = "verified", pgettext_lazy("brand", "verified")
        REFUSED = "refused", pgettext_lazy("brand", "not verified")
        CLOSED = "closed", pgettext_lazy("brand", "closed")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="brands")
    name_zh = models.CharField(max_length=40, blank=True)
    name_en = models.CharField(max_length=40, blank=True)
    spellings = models.JSONField(default=list)
    register_office = models.CharField(max_length=60)
    register_number = models.CharField(max_length=60)
    policy = models.CharField(max_length=5, choices=Policy.choices, default=Policy.MARK)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    read_at = models.DateTimeField(null=True, blank=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name_zh="", name_en=""), name="a_brand_has_a_name"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="a_refused_brand_is_told_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(decided_by__isnull=False),
                name="a_brand_is_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("owner")),
                name="nobody_verifies_their_own_brand",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en or self.name_zh

    @property
    def name(self) -> str:
        """Its name as the reader's language has it."""
        return self.called(get_language() or "")

    @property
    def words(self) -> list[str]:
        """Every way in which it is written, as its owner told."""
        return [word for word in (self.name_zh, self.name_en, *self.spellings) if word]

    def called(self, language: str) -> str:
        """Return its name in a language, or in the other where it has only that."""
        ours, other = self.name_en, self.name_zh
        if language.startswith("zh"):
            ours, other = other, ours
        return ours or other


class BrandWord(models.Model):
    """One way in which a verified brand is written; ``plain`` is what it is found by."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="in_force")
    words = models.CharField(max_length=40)
    plain = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plain"], name="one_brand_a_spelling"),
            models.CheckConstraint(condition=~Q(plain=""), name="a_spelling_can_be_read"),
        ]

    def __str__(self) -> str:
        return self.words


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates, by whether they count."""

    def valid(self, *, now: datetime) -> CertificateQuerySet:
        """Certificates that authorise somebody at this moment."""
        return self.filter(state=Certificate.State.ISSUED, starts_at__lte=now, ends_at__gt=now)

    def over(self, *, now: datetime) -> CertificateQuerySet:
        """Certificates whose time is up and which nobody has ended yet."""
        return self.filter(state=Certificate.State.ISSUED, ends_at__lte=now)

    def ending(self, *, before: datetime) -> CertificateQuerySet:
        """Certificates that end soon and that no other one takes up."""
        return self.filter(state=Certificate.State.ISSUED, ends_at__lte=before).exclude(
            renewed_by__state=Certificate.State.ISSUED
        )


class Certificate(models.Model):
    """A brand's owner authorises one shop to sell its goods, from one day to another.

    It covers everything the shop sells of the brand, one kind of goods, or the listed
    products. Only a brand's owner issues one, so it cannot be passed on. ``areas``,
    ``channels`` and the price band bind the shop; what goes beyond them is flagged to both.
    ``warned_days`` is how long before the end the shop was last told of it.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("issued")
        ENDED = "ended", pgettext_lazy("certificate", "ended")
        REVOKED = "revoked", _("revoked")

    class Standing(models.TextChoices):
        VALID = "valid", _("valid")
        NOT_YET = "not_yet", _("not valid yet")
        EXPIRED = "expired", pgettext_lazy("certificate", "expired")
        REVOKED = "revoked", _("revoked")

    class Channel(models.TextChoices):
        """Where its goods may be shown; the codes are those of a share address."""

        WECHAT = "wechat", _("WeChat")
        MOMENTS = "moments", _("WeChat Moments")
        WEIBO = "weibo", _("Weibo")
        XIAOHONGSHU = "xiaohongshu", _("Xiaohongshu")
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        X = "x", "X"

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="certificates")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="certificates")
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="renewed_by", null=True, blank=True
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    for_products = models.BooleanField(default=False)
    products = models.ManyToManyField(Product, related_name="certificates", blank=True)
    areas = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    price_min_minor = models.BigIntegerField(null=True, blank=True)
    price_max_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.ISSUED)
    reason = models.CharField(max_length=500, blank=True)
    issued_at = models.DateTimeField(default=clock.now)
    over_at = models.DateTimeField(null=True, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="certificate_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(price_min_minor__isnull=True)
                | Q(price_max_minor__isnull=True)
                | Q(price_min_minor__lte=F("price_max_minor")),
                name="certificate_price_band_is_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | ~Q(reason=""),
                name="a_revoked_certificate_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "shop"], name="certificates_by_brand"),
            models.Index(
                fields=["ends_at"], condition=Q(state="issued"), name="certificates_by_end"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def standing(self) -> Certificate.Standing:
        """What it is worth at this moment."""
        now = clock.now()
        if self.state == self.State.REVOKED:
            return self.Standing.REVOKED
        if self.state == self.State.ENDED or self.ends_at <= now:
            return self.Standing.EXPIRED
        return self.Standing.NOT_YET if self.starts_at > now else self.Standing.VALID

    @property
    def last_moment(self) -> datetime:
        """The last moment it counts: its last day, as people say it."""
        return self.ends_at - timedelta(microseconds=1)

    @property
    def channel_names(self) -> list[str]:
        """Where its goods may be shown, in words."""
        return [str(one.label) for one in self.Channel if one in self.channels]


class Naming(models.Model):
    """A listing names a registered brand, with the certificate that covers it or none.

    ``certificate`` is written only by ``catalog.naming``. ``cleared_at`` says that a
    moderator let it pass without one, for as long as its words (``digest``) stay.
    ``taken_down_at`` is set while it is off the shelf because its certificate ended.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="namings")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="namings")
    matched = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="namings", null=True, blank=True
    )
    noted_at = models.DateTimeField(default=clock.now)
    cleared_at = models.DateTimeField(null=True, blank=True)
    taken_down_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "brand"], name="one_naming_a_product_a_brand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} names {self.brand_id}"


class BrandFlag(models.Model):
    """A listing goes beyond its certificate; open until ``gone_at``."""

    class Kind(models.TextChoices):
        PRICE = "price", _("price outside the agreed range")
        AREA = "area", _("shop outside the agreed area")
        CHANNEL = "channel", _("shown where it should not be")

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="flags")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="brand_flags")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    seen_at = models.DateTimeField(default=clock.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "product", "kind"],
                condition=Q(gone_at__isnull=True),
                name="flagged_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.kind}"
