"""What visitors and moderators fill in to look for things and to ask for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.fields import CategoryField
from catalog.models import Category, WishList
from discovery.narrowing import Narrow
from kit.fields import MoneyField, WordsField
from people.models import Circle
from shops.models import Shop


class OwnListField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's cannot be subscripted
    """A choice among one's own wish lists, each under its name."""

    def label_from_instance(self, wish_list: Any) -> str:
        return str(wish_list.name)


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


class WishListForm(forms.Form):
    """The name of a wish list, and who may see it."""

    name = WordsField(
        label=pgettext_lazy("wish list", "Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    seen_by = forms.ChoiceField(
        label=_("Who may see it"),
        choices=[(one.value, one.label) for one in WishList.SeenBy],
        initial=WishList.SeenBy.ME,
        widget=forms.RadioSelect,
    )


class WishForm(forms.Form):
    """Which list a product goes on: one there is, or a new one of this name."""

    wish_list = OwnListField(
        label=_("On which list"),
        queryset=WishList.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    name = WordsField(
        label=_("Or a new list"),
        help_text=_("Only you see it, until you let others."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )

    def __init__(self, *args: Any, lists: QuerySet[WishList], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wish_list"].queryset = lists  # type: ignore[attr-defined]  # a model's field
        if not lists:
            del self.fields["wish_list"]

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if not read.get("wish_list") and not read.get("name") and not self.errors:
            self.add_error("name", _("Choose a list, or write the name of a new one."))
        return read
