"""What visitors and moderators fill in to look for things and to ask for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.fields import CategoryField
from catalog.models import Category
from discovery.narrowing import Narrow
from kit.fields import MoneyField
from people.models import Circle
from shops.models import Shop


class NarrowForm(forms.Form):
    """Prices, kinds and stock; a GET form, so that an answer can be sent to a friend."""

    least = MoneyField(label=_("Price from"), required=False, least_minor=0)
    most = MoneyField(label=_("Price up to"), required=False)
    category = CategoryField(
        label=_("Kind of goods"),
        queryset=Category.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All kinds"),
    )
    stock = forms.BooleanField(label=_("Only what is in stock"), required=False)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        least_minor, most_minor = read.get("least"), read.get("most")
        if least_minor is not None and most_minor is not None and least_minor > most_minor:
            self.add_error("most", _("Write at least as much as in the field before."))
        return read

    def narrow(
        self, *, among: str, circle: Circle | None, shop: Shop | None, bought: bool
    ) -> Narrow:
        """Return what was asked for; what is not right yet limits nothing."""
        read = self.cleaned_data if self.is_valid() else {}
        category = read.get("category")
        return Narrow(
            among=among,
            circle=circle,
            bought=bought,
            in_stock=bool(read.get("stock")),
            shop_id=shop.pk if shop else None,
            category_id=category.pk if category else None,
            least_minor=read.get("least"),
            most_minor=read.get("most"),
        )

    @property
    def is_used(self) -> bool:
        """Whether anything in it is asked for, or needs mending: then it stands open."""
        return bool(self.errors) or any(self.cleaned_data.values())
