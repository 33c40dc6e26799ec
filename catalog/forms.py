"""What vendors type about a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.fields import CategoryField
from catalog.listing import MOST_VARIANTS, VariantInput
from catalog.models import Category
from kit.fields import MoneyField, RateField, WordsField

MOST_PIECES = 1_000_000


class ProductForm(forms.Form):
    photos = forms.Field(label=_("Photos"), required=False, widget=forms.FileInput)
    title = WordsField(
        label=_("Name of the product"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "next"}),
    )
    description = WordsField(
        label=_("Description"),
        help_text=_("What it is, who it is for, what somebody should know before buying."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    category = CategoryField(
        label=_("Kind"),
        queryset=Category.objects.all(),
        required=False,
        empty_label=_("Not chosen"),
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
    commission_bp = RateField(
        label=_("Commission for sharers"),
        help_text=_("Leave it empty to take the shop's own rate."),
        most_bp=3000,
        required=False,
    )


class VariantForm(forms.Form):
    """One row: a way to buy the product. A row left empty is no row."""

    id = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    name = WordsField(
        label=_("Variant"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    price = MoneyField(label=_("Price"), error_messages={"required": _("Write what it costs.")})
    stock = forms.IntegerField(
        label=_("In stock"),
        error_messages={"required": _("Write how many there are; 0 when it is sold out.")},
        min_value=0,
        max_value=MOST_PIECES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    seen = forms.IntegerField(
        required=False, min_value=0, max_value=MOST_PIECES, widget=forms.HiddenInput
    )
    gone = forms.BooleanField(label=_("No longer offered"), required=False)

    @property
    def is_offered(self) -> bool:
        """Whether this row says something, and not that its variant is gone."""
        typed = self.cleaned_data
        filled = any(typed.get(name) not in (None, "") for name in ("id", "name", "price", "stock"))
        return (filled or bool(self.errors)) and not typed.get("gone")

    def read(self) -> VariantInput:
        """Return the row as the listing job takes it."""
        typed = self.cleaned_data
        return VariantInput(
            name=typed["name"],
            price_minor=typed["price"],
            stock=typed["stock"],
            seen_stock=typed["seen"] if typed["id"] else None,
            id=typed["id"],
        )


Rows: TypeAlias = "forms.BaseFormSet[VariantForm]"


class VariantRows(forms.BaseFormSet):  # type: ignore[type-arg]  # Django's cannot be subscripted
    default_error_messages = {"too_many_forms": _("A product has at most %(num)d variants.")}

    def clean(self) -> None:
        if not self.forms:  # somebody sent a form that is not ours
            raise ValidationError(_("Write what it costs."))
        offered = [row for row in self.forms if hasattr(row, "cleaned_data") and row.is_offered]
        if not offered and not self.forms[0].errors:
            self.forms[0].add_error("price", _("Write what it costs."))
        seen: set[str] = set()
        for row in offered:
            name = row.cleaned_data.get("name", "")
            if len(offered) > 1 and not name and "name" not in row.errors:
                row.add_error("name", _("Name each variant, so that people can tell them apart."))
            elif name in seen:
                row.add_error("name", _("Two variants have this name."))
            seen.add(name)


def read_rows(rows: Rows) -> list[VariantInput]:
    """Return the offered rows in their order."""
    return [row.read() for row in rows.forms if row.is_offered]


VariantFormSet = forms.formset_factory(
    VariantForm,
    formset=VariantRows,
    extra=0,
    min_num=1,
    max_num=MOST_VARIANTS,
    absolute_max=MOST_VARIANTS + 5,
    validate_max=True,
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend: what it is about, what to do, and the id of its field on the page."""

    label: str
    words: str
    place: str


def mistakes_of(form: ProductForm, rows: Rows) -> list[Mistake]:
    """Return what keeps a listing from being saved, in the order of the page."""
    found = [Mistake("", str(words), "") for words in rows.non_form_errors()]
    return found + [
        Mistake(str(field.label), str(words), "" if field.is_hidden else field.auto_id)
        for one in (form, *rows.forms)
        for field in one
        for words in field.errors
    ]
