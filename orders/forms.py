"""Forms of the orders pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kit.fields import MoneyField, PhoneField, WordsField
from kit.money import Money
from orders.bags import MOST_OF_ONE
from orders.contacts import Contact
from orders.models import OrderLine
from orders.sums import Back

WHOLE = re.compile(r"[0-9]{1,18}")
KEY = r"\A[A-Za-z0-9_-]{16,40}\Z"
PARCEL_NUMBER = r"\A[A-Za-z0-9][A-Za-z0-9-]{3,39}\Z"


class WholeField(forms.IntegerField):
    """A whole number in plain digits, and nothing that only Python reads as one."""

    default_error_messages = {"invalid": _("Write a whole number.")}

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        if text and not WHOLE.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text) if text else None


def _pieces(*, least: int) -> WholeField:
    return WholeField(
        label=_("How many"),
        min_value=least,
        max_value=MOST_OF_ONE,
        error_messages={"max_value": _("At most 999 of one thing.")},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AddForm(forms.Form):
    """A product page's two buttons: into the bag, or straight to checkout."""

    act = forms.ChoiceField(choices=[("add", "add"), ("buy", "buy")], widget=forms.HiddenInput)
    variant = WholeField(min_value=1, widget=forms.HiddenInput)
    quantity = _pieces(least=1)
    version = WholeField(required=False, widget=forms.HiddenInput)


class ChangeForm(forms.Form):
    """A bag line's stepper and its *remove*."""

    act = forms.ChoiceField(
        choices=[(act, act) for act in ("set", "less", "more", "remove")], widget=forms.HiddenInput
    )
    variant = WholeField(min_value=1, widget=forms.HiddenInput)
    quantity = _pieces(least=0)

    def wanted(self) -> int:
        """Return how many pieces the line is to have, once the form is valid."""
        asked: int = self.cleaned_data["quantity"]
        changed = {"set": asked, "less": asked - 1, "more": asked + 1, "remove": 0}
        return changed[self.cleaned_data["act"]]


class CheckoutForm(forms.Form):
    """Where it goes and how it is paid: one page, four fields to fill."""

    key = forms.RegexField(KEY, widget=forms.HiddenInput)
    seen_total = WholeField(widget=forms.HiddenInput)
    name = WordsField(
        label=_("Who receives it"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "shipping name", "enterkeyhint": "next"}),
    )
    phone = PhoneField(
        label=_("Phone"),
        widget=forms.TextInput(
            attrs={"autocomplete": "shipping tel", "inputmode": "tel", "enterkeyhint": "next"}
        ),
    )
    region = WordsField(
        label=_("Province, city, district"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "shipping address-level1", "enterkeyhint": "next"}
        ),
    )
    address = WordsField(
        label=_("Street and door"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "shipping street-address"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("For the link to your order. Without it we send an SMS."),
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "off"}
        ),
    )
    note = WordsField(
        label=_("A word to the shop"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    pay = forms.ChoiceField(
        label=_("Pay with"),
        choices=[("sandbox", _("Sandbox payment (no real money)"))],
        initial="sandbox",
        widget=forms.RadioSelect,
    )

    tells_name = forms.BooleanField(required=False)

    def __init__(
        self,
        *given: Any,
        brought_by: Mapping[str, str] | None = None,
        pickup: tuple[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.pickup = pickup  # region and address, where it is not the buyer who says
        if pickup is not None:
            del self.fields["region"], self.fields["address"]
        # Always of the label beside it, also where the page is shown again.
        self.named_ids = " ".join(brought_by or ())
        if brought_by:
            names = " · ".join(dict.fromkeys(brought_by.values()))
            self.fields["tells_name"].label = _("Let %(names)s know it was me") % {"names": names}
        else:
            del self.fields["tells_name"]  # there is nobody to tell

    def may_learn(self) -> frozenset[str]:
        """Return the public ids of whom the box named, if it was ticked."""
        is_ticked = self.cleaned_data.get("tells_name", False)
        return frozenset(self.data.get("named", "").split()) if is_ticked else frozenset()

    def contact(self) -> Contact:
        """Return where it goes, once the form is valid."""
        fields = ("name", "phone", "region", "address", "email", "note")
        sent = self.cleaned_data
        if self.pickup is not None:
            sent = sent | dict(zip(("region", "address"), self.pickup, strict=True))
        return Contact(**{name: sent[name] for name in fields})


class DispatchForm(forms.Form):
    """How a parcel travels: who carries it, under which number."""

    carrier = WordsField(
        label=_("Carrier"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "carriers"}),
    )
    number = WordsField(
        label=_("Tracking number"),
        max_length=40,
        validators=[
            RegexValidator(
                PARCEL_NUMBER, _("Write the number on the label: 4 to 40 letters and digits.")
            )
        ],
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class RefundForm(forms.Form):
    """How much of each line, and of the shipping, goes back to the buyer, and why."""

    key = forms.RegexField(KEY, widget=forms.HiddenInput)
    seen = WholeField(widget=forms.HiddenInput)
    act = forms.ChoiceField(
        choices=[("look", "look"), ("send", "send")], initial="look", widget=forms.HiddenInput
    )
    why = WordsField(
        label=_("Why"),
        max_length=200,
        help_text=_("The buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    def __init__(
        self, *given: Any, lines: Sequence[OrderLine], left: Back, currency: str, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.lines = {f"line_{line.pk}": line.key for line in lines if left.lines.get(line.key)}
        titles = {line.key: line.title for line in lines}
        for name, key in self.lines.items():
            self.fields[name] = _amount(titles[key], left.lines[key], currency)
        if left.shipping_minor:
            self.fields["shipping"] = _amount(_("Shipping"), left.shipping_minor, currency)

    @property
    def amounts(self) -> list[forms.BoundField]:
        """The fields of money, as the page shows them."""
        return [self[name] for name in self.fields if name in {*self.lines, "shipping"}]

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        names = [name for name in (*self.lines, "shipping") if name in self.fields]
        if not any(sent.get(name) for name in names) and not set(names) & set(self.errors):
            for name in names[:1]:
                self.add_error(name, _("Write how much goes back."))
        return sent

    def back(self) -> Back:
        """Return what was asked for, once the form is valid."""
        sent = self.cleaned_data
        asked = {key: sent[name] for name, key in self.lines.items() if sent.get(name)}
        return Back(asked, sent.get("shipping") or 0)


def _amount(label: Any, left_minor: int, currency: str) -> MoneyField:
    most = Money(left_minor, currency)
    return MoneyField(
        label=label,
        required=False,
        currency=currency,
        least_minor=0,
        most_minor=left_minor,
        help_text=_("up to %(most)s") % {"most": most.display(get_language() or "en")},
    )
