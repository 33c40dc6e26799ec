"""Share links: who shares what, and the names they go by."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from catalog.models import Product
from kit import clock
from kit.public_ids import public_id
from people.models import Person
from referrals.models.charity import Charity, Gives
from shops.models import Shop

# Small letters, digits and dashes; see ``referrals.naming`` for what else one must not be.
SLUG_PATTERN = r"^[a-z0-9-]{3,40}$"
# No code has a dash, or one of the letters that codes leave out.
NEVER_A_CODE = "[-ilou]"
LONGEST_SLUG = 40


class ShareLink(models.Model):
    """One person's link to one product; sharing again gives the same link.

    ``slug`` is the name its maker gave it: the link opens by code and by slug alike. From
    ``ends_at`` on it still opens the product, and clicks on it earn nothing. ``parent`` is
    the link by which its maker came to the product, kept so that a recommendation can be
    followed back; no sum of money ever depends on it. The maker is named to those who come
    through re-shares of the link only when they ``may_be_named``.
    """

    code = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="share_links")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="share_links")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="share_links")
    created_at = models.DateTimeField(default=clock.now)
    gives = models.CharField(
        max_length=7, choices=Gives.choices, default=Gives.KEEP, db_default=Gives.KEEP.value
    )
    charity = models.ForeignKey(
        Charity, on_delete=models.PROTECT, null=True, blank=True, related_name="links"
    )
    slug = models.CharField(max_length=LONGEST_SLUG, unique=True, null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reshares"
    )
    may_be_named = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "product"], name="one_link_a_person_a_product"
            ),
            models.CheckConstraint(
                condition=Q(gives="charity", charity__isnull=False)
                | (~Q(gives="charity") & Q(charity__isnull=True)),
                name="link_names_a_charity_exactly_if_it_gives_to_one",
            ),
            models.CheckConstraint(
                condition=Q(slug__isnull=True)
                | Q(slug__regex=SLUG_PATTERN) & Q(slug__regex=NEVER_A_CODE),
                name="own_slug_never_reads_as_a_code",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(parent__lt=F("id")),
                name="a_link_comes_from_an_older_one",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def given_to(self) -> tuple[str, Charity | None]:
        """What becomes of what a sale now earns, and the charity if there is one.

        A closed charity gets nothing, and then nobody does: its maker left it to them alone.
        """
        if self.charity is not None and self.charity.closed_at is not None:
            return Gives.NONE.value, None
        return self.gives, self.charity


class FormerSlug(models.Model):
    """A slug that a link went by until ``freed_at``.

    Until the longest window of any shop is over it leads to its link as before and nobody
    else may take it, or clicks meant for one sharer would earn for another.
    """

    slug = models.CharField(max_length=LONGEST_SLUG, unique=True)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="former_slugs")
    freed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug
