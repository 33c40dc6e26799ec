"""What a vendor types about the programme: rates, who may share for pay, why somebody may not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Product
from kit.fields import RateField, WordsField
from people.fields import AddressField
from referrals.models import Programme

# The house's bound on every rate, which the database holds too.
MOST_BP = 3000


class RatesForm(forms.Form):
    """The shop's rate, and a field for each of some products; left empty, it has the shop's."""

    commission_bp = RateField(
        label=_("Rate of the shop"),
        help_text=_("0 to 30 % of the goods paid. A product may have its own."),
        most_bp=MOST_BP,
    )
    every = RateField(
        label=_("One rate for all products above"),
        help_text=_("Fills the fields above; nothing is saved yet."),
        most_bp=MOST_BP,
        required=False,
    )

    def __init__(self, *args: Any, goods: Iterable[Product], **words: Any) -> None:
        super().__init__(*args, **words)
        self.goods = list(goods)
        for product in self.goods:
            self.fields[own_field(product)] = RateField(
                label=product.title, most_bp=MOST_BP, required=False
            )

    def own(self) -> dict[int, int | None]:
        """Return the rate typed for each product, by its id; of one without a field, nothing."""
        typed = [one for one in self.goods if own_field(one) in self.data]
        return {one.pk: self.cleaned_data[own_field(one)] for one in typed}


def own_field(product: Product) -> str:
    """Return the name of a product's field."""
    return f"own_{product.public_id}"


class WhoForm(forms.Form):
    """Who may share for pay."""

    who = forms.ChoiceField(
        label=_("Who may share for pay"),
        choices=Programme.Who.choices,
        widget=forms.RadioSelect,
    )


class InviteForm(forms.Form):
    """Somebody to ask, by an address of theirs."""

    person = AddressField(
        label=_("Their e-mail, phone number or page"),
        help_text=_("They need an account."),
    )


class ReasonForm(forms.Form):
    """Why somebody is paid no more, as they read it."""

    reason = WordsField(
        label=pgettext_lazy("act", "Reason"),
        help_text=_("They read it as it stands here."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
