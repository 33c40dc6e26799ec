"""What visitors and moderators fill in to look for things and to ask for them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.fields import CategoryField
from catalog.models import Category, Product, WishList
from discovery.narrowing import Narrow
from kit.fields import MoneyField, WordsField
from people.models import Circle
from shops.models import Shop

PLAIN_LINE = forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"})
A_DAY = forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d")

# The end of a product's address, or that end alone.
PRODUCT_LINK = re.compile(r"(?:/p/|^)([0-9A-Za-z]{10})(?:[/?#]|$)", re.ASCII)


class OwnListField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's cannot be subscripted
    """A choice among one's own wish lists, each under its name."""

    def label_from_instance(self, wish_list: Any) -> str:
        return str(wish_list.name)


class CircleField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's cannot be subscripted
    """A choice among the circles one is in, each under its name."""

    def label_from_instance(self, circle: Any) -> str:
        return str(circle.name)


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


class SceneForm(forms.Form):
    """A scene in both languages, its days, and its place among the others."""

    name_zh = WordsField(label=_("Name in Chinese"), max_length=20, widget=PLAIN_LINE)
    name_en = WordsField(label=_("Name in English"), max_length=40, widget=PLAIN_LINE)
    words_zh = WordsField(
        label=_("A sentence in Chinese"), max_length=80, required=False, widget=PLAIN_LINE
    )
    words_en = WordsField(
        label=_("A sentence in English"), max_length=120, required=False, widget=PLAIN_LINE
    )
    first_day = forms.DateField(label=_("First day"), required=False, widget=A_DAY)
    last_day = forms.DateField(label=_("Last day"), required=False, widget=A_DAY)
    position = forms.IntegerField(
        label=_("Place among the scenes"),
        help_text=_("The lowest number comes first."),
        min_value=0,
        max_value=999,
        initial=0,
        widget=forms.NumberInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    is_open = forms.BooleanField(label=_("Shown on the stroll"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        first, last = read.get("first_day"), read.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes after the first."))
        return read


class RemovalForm(forms.Form):
    """Why a product is taken out of a scene; its shop reads it."""

    reason = WordsField(
        label=_("Why it is taken out"),
        help_text=_("The shop reads this."),
        max_length=200,
        widget=PLAIN_LINE,
    )


class AskForm(forms.Form):
    """What is asked, and of whom: friends, or a circle."""

    words = WordsField(label=_("What are you looking for?"), max_length=80, widget=PLAIN_LINE)
    circle = CircleField(
        label=_("Whom to ask"),
        queryset=Circle.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("My friends"),
    )

    def __init__(self, *args: Any, circles: QuerySet[Circle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circle"].queryset = circles  # type: ignore[attr-defined]  # a model's field


class AnswerForm(forms.Form):
    """An answer in words, with a product, or both."""

    words = WordsField(label=_("Your answer"), max_length=200, required=False, widget=PLAIN_LINE)
    product = forms.CharField(
        label=_("A product you would name"),
        help_text=_("Its link, or what stands after /p/ in it."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )

    def clean_product(self) -> Product | None:
        typed = self.cleaned_data["product"].strip()
        if not typed:
            return None
        found = PRODUCT_LINK.search(typed)
        on_sale = Product.objects.on_sale()
        product = on_sale.filter(public_id=found[1].upper()).first() if found else None
        if product is None:
            raise forms.ValidationError(_("No product on sale has this link. Copy it again."))
        return product

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if not read.get("words") and not read.get("product") and not self.errors:
            self.add_error("words", _("Write a line, or name a product."))
        return read
