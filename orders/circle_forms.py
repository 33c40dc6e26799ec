"""Forms of circle orders: asking for one, joining one, saying no or calling it off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from catalog.models import Product, Variant
from kit.fields import PhoneField, WordsField
from orders.circle_orders import Pickup

HOURS = (6, 24, 48, 72, 120, 168)
MOST_PIECES = 99


class _ProductField(forms.ModelChoiceField):  # type: ignore[type-arg]  # as in catalog.forms
    """One of the things on the circle's shelf."""

    def label_from_instance(self, row: Product) -> str:
        return f"{row.title} · {row.shop.name}"


class AskForm(forms.Form):
    """What a circle wants to order together, until when, and where it is fetched."""

    product = _ProductField(
        label=_("What"),
        queryset=Product.objects.none(),
        empty_label=_("Choose from the circle's shelf"),
        error_messages={"invalid_choice": _("It is not on the shelf any more. Choose another.")},
    )
    words = WordsField(
        label=_("A word to the circle"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    open_hours = forms.TypedChoiceField(
        label=_("How long everybody can order"),
        coerce=int,
        choices=[
            (hours, ngettext_lazy("%(number)d hour", "%(number)d hours", hours) % {"number": hours})
            for hours in HOURS
        ],
        initial=48,
        help_text=_("From when the shop says yes."),
    )
    region = WordsField(
        label=_("Pickup point: province, city, district"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "enterkeyhint": "next"}),
    )
    address = WordsField(
        label=_("Pickup point: street and door"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    pickup_words = WordsField(
        label=_("When it can be fetched"),
        max_length=120,
        help_text=_("Such as: Saturdays from ten to noon, at the gate."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(
        label=_("Phone for the carrier"),
        help_text=_("Only the shop sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *given: Any, products: list[int], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["product"]
        assert isinstance(field, _ProductField)
        on_sale = Product.objects.on_sale().filter(pk__in=products)
        field.queryset = on_sale.select_related("shop").order_by("title", "pk")

    def pickup(self) -> Pickup:
        """Return where it is fetched, once the form is valid."""
        sent = self.cleaned_data
        return Pickup(sent["region"], sent["address"], sent["pickup_words"], sent["phone"])


class _VariantField(forms.ModelChoiceField):  # type: ignore[type-arg]  # as in catalog.forms
    """One way to buy the product."""

    def label_from_instance(self, row: Variant) -> str:
        return row.name or str(_("One piece"))


class JoinForm(forms.Form):
    """Which of it, and how many."""

    variant = _VariantField(
        label=_("Which"),
        queryset=Variant.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("This is not offered any more. Choose another.")},
    )
    quantity = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=MOST_PIECES,
        initial=1,
        error_messages={"max_value": _("At most 99 at once.")},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *given: Any, product: Product, **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["variant"]
        assert isinstance(field, _VariantField)
        field.queryset = product.variants.filter(is_offered=True).order_by("pk")


class NoForm(forms.Form):
    """Why a circle order is refused or called off, as the others read it."""

    why = WordsField(
        label=_("Why"),
        max_length=200,
        help_text=_("The others read it."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
