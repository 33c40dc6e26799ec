"""A product, its variants and its photos."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from kit.public_ids import public_id
from people.models import Person
from shops.models import Shop


class Category(models.Model):
    """A kind of goods, named in both languages."""

    slug = models.SlugField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=30)
    name_en = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.slug


class ProductQuerySet(models.QuerySet["Product"]):
    """Products, by who may see them."""

    def on_sale(self) -> ProductQuerySet:
        """Products a stranger may see and buy from a shop that is open."""
        return self.filter(state=Product.State.LIVE, shop__state=Shop.State.OPEN)

    def met_by(self, person: Person) -> ProductQuerySet:
        """Products on sale, and those this person once received."""
        on_sale = Q(state=Product.State.LIVE, shop__state=Shop.State.OPEN)
        return self.filter(on_sale | Q(receipts__person=person)).distinct()

    def kept_by(self, person: Person) -> ProductQuerySet:
        """Products of the shops this person works in, in every state."""
        return self.filter(shop__memberships__person=person)


class Product(models.Model):
    """Something a shop sells, in one or more variants.

    ``version`` counts what a shopper relies on (price, terms, variants), so that a bag
    can tell that they moved. ``search`` holds the words cut by the room's tokenizer.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        HELD = "held", _("in review")
        LIVE = "live", _("on sale")
        RETURNED = "returned", _("sent back")
        UNLISTED = "unlisted", _("taken down")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="products")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True)
    title = models.CharField(max_length=80)
    description = models.TextField(max_length=8000, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    commission_bp = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    search = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bp__isnull=True) | Q(commission_bp__lte=3000),
                name="product_commission_is_at_most_30_percent",
            ),
            models.CheckConstraint(
                condition=~Q(state="live") | Q(published_at__isnull=False),
                name="live_product_knows_when_it_went_live",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="products_by_word"),
            # A misspelt word is found by the letters it shares with a title.
            GinIndex(fields=["title"], name="products_by_letters", opclasses=["gin_trgm_ops"]),
            models.Index(
                fields=["-published_at"], condition=Q(state="live"), name="products_newest_first"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Variant(models.Model):
    """One way to buy a product, with its own price and stock.

    ``available`` pieces can still be bought, ``reserved`` ones are in unpaid orders;
    both change only in ``catalog.stock``, each change with its StockMove.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=40, blank=True)
    price_minor = models.BigIntegerField()
    available = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="price_is_positive"),
            models.CheckConstraint(condition=Q(available__gte=0), name="never_sold_twice"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="reserved_is_never_negative"),
            models.UniqueConstraint(
                fields=["product", "name"],
                condition=Q(is_offered=True),
                name="variant_names_differ_within_a_product",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.product_id)


class Photo(models.Model):
    """A picture of a product, re-encoded by us: no metadata, known size.

    ``name`` is the stem of its files (``ab/cdef…``); ``widths`` lists what WebP exists
    and ``avif_widths`` what AVIF, so that a page never asks for a file not made yet.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="photos", null=True, blank=True
    )
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    alt = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    colour = models.CharField(max_length=7, default="#f3eee7")
    widths = models.JSONField(default=list)
    avif_widths = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
