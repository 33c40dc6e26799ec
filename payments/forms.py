"""The forms of the wallet, and of the house's own pages about money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kit import clock
from kit.fields import MoneyField, WordsField
from kit.public_ids import PATTERN
from payments import reasons
from payments.gateways import bank_statement
from payments.gateways.port import BadDestination
from payments.gateways.registry import enabled_rails, rail
from payments.models import Difference, PayoutHold
from payments.rails import name_of
from people.fields import PersonField

LONGEST_HOLD_DAYS = 3650


class WithdrawForm(forms.Form):
    """One press of the button: which account, how much of it, and a key for two taps."""

    account = forms.CharField(max_length=40, widget=forms.HiddenInput)
    key = forms.RegexField(
        rf"^{PATTERN}\Z",
        widget=forms.HiddenInput,
        error_messages={"invalid": gettext_lazy("This page is out of date. Load it again.")},
    )
    amount = MoneyField(
        label=gettext_lazy("Amount"),
        required=False,
        help_text=gettext_lazy("Leave it empty to withdraw everything."),
    )

    def __init__(
        self,
        *args: Any,
        currency: str = "CNY",
        least_minor: int = 1,
        most_minor: int | None = None,
        **words: Any,
    ) -> None:
        """Take the currency, the least that is sent and the most that is there."""
        super().__init__(*args, **words)
        amount = self.fields["amount"]
        assert isinstance(amount, MoneyField)
        amount.currency, amount.least_minor = currency, least_minor
        if most_minor is not None:
            amount.most_minor = max(most_minor, least_minor)


class DestinationForm(forms.Form):
    """Where a person's money should go: one of the house's rails, and the account there."""

    provider = forms.ChoiceField(label=gettext_lazy("Pay me by"), widget=forms.RadioSelect)
    holder = WordsField(
        label=gettext_lazy("Name on the account"),
        max_length=60,
        help_text=gettext_lazy("As the provider knows you."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "enterkeyhint": "next"}),
    )
    identifier = forms.CharField(
        label=gettext_lazy("Account"),
        min_length=3,
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
                "enterkeyhint": "done",
            }
        ),
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        """Offer the rails that are enabled; a single one is no question."""
        super().__init__(*args, **words)
        names = [one.name for one in enabled_rails()]
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(name, name_of(name)) for name in names]
        provider.initial = names[0]
        if len(names) == 1:
            provider.required = False
            provider.widget = forms.HiddenInput()
        if names == ["sandbox"]:
            self._speak_of_a_wallet()

    def _speak_of_a_wallet(self) -> None:
        field = self.fields["identifier"]
        field.label = gettext_lazy("Wallet name")
        field.help_text = gettext_lazy(
            "Letters, digits and . _ - @ +, such as linwei or 13800138000."
        )
        field.validators.append(
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._@+-]*\Z",
                gettext_lazy(
                    "Begin with a letter or a digit; then also . _ - @ + may stand, no spaces."
                ),
            )
        )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        found["provider"] = found.get("provider") or enabled_rails()[0].name
        if {"holder", "identifier"} <= set(found) and not self.errors:
            try:
                checked = rail(found["provider"])
                found["identifier"] = checked.check_destination(
                    found["identifier"], found["holder"]
                )
            except BadDestination as wrong:
                field = "holder" if wrong.code == "holder" else "identifier"
                self.add_error(field, reasons.what_is_wrong(wrong.code))
        return found


class CharityPlaceForm(DestinationForm):
    """Where a charity's money should go, as somebody of the house writes it down."""

    def __init__(self, *args: Any, **words: Any) -> None:
        """Speak of the charity where the form of a person says *me*."""
        super().__init__(*args, **words)
        self.fields["provider"].label = gettext_lazy("Pay it by")
        holder = self.fields["holder"]
        holder.help_text = gettext_lazy("The charity's own name, as the provider knows it.")
        holder.widget.attrs["autocomplete"] = "off"


class WhyForm(forms.Form):
    """A reason that stays with the act for good."""

    why = WordsField(
        label=pgettext_lazy("act", "Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class CancelForm(forms.Form):
    """Why a payout is called off, as its payee reads it."""

    why = WordsField(
        label=gettext_lazy("What the payee is told"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class HoldForm(forms.Form):
    """Whose money is held, why, and for how long."""

    person = PersonField(
        closed_too=True,
        label=gettext_lazy("Whose"),
        help_text=gettext_lazy("E-mail, phone number, or the address of their page."),
    )
    reason = forms.ChoiceField(
        label=pgettext_lazy("act", "Reason"), choices=PayoutHold.Reason.choices
    )
    words = WordsField(
        label=gettext_lazy("What else they should know"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"),
        min_value=1,
        max_value=LONGEST_HOLD_DAYS,
        required=False,
        help_text=gettext_lazy("Empty: until somebody lifts it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def until(self) -> Any:
        """Return when the hold ends, or None."""
        days = self.cleaned_data["days"]
        return clock.now() + timedelta(days=days) if days else None


class StatementForm(forms.Form):
    """The bank's file."""

    file = forms.FileField(
        label=gettext_lazy("The bank's file"),
        max_length=200,
        help_text=gettext_lazy("CSV, at most 10 MB. The same file twice is read once."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > bank_statement.LARGEST_BYTES:
            raise ValidationError(reasons.what_is_wrong_with_file("too_large"))
        return file


class ResolveForm(WhyForm):
    """What a difference was, and which side bears it."""

    resolution = forms.ChoiceField(
        label=gettext_lazy("Who bears it"),
        choices=Difference.Resolution.choices,
        widget=forms.RadioSelect,
    )
    account = forms.CharField(
        label=gettext_lazy("Ledger account"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Such as sharer:7:CNY, shop:3:CNY or charity:2:CNY."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order: Sequence[str] = ("resolution", "account", "why")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        belongs = found.get("resolution") == Difference.Resolution.ACCOUNT
        if belongs and not found.get("account") and "account" not in self.errors:
            self.add_error("account", _("Name the account it belongs to."))
        return found


class WriteOffForm(WhyForm):
    """Which debt is to be given up."""

    account = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DecideForm(forms.Form):
    """What the second person says to a debt being given up."""

    act = forms.ChoiceField(
        label=gettext_lazy("What you decide"), choices=[("approve", ""), ("refuse", "")]
    )


class FileForm(forms.Form):
    """Which payouts go into a file: a rail that works by file, and a currency."""

    rail = forms.CharField(max_length=20, widget=forms.HiddenInput)
    currency = forms.RegexField(r"^[A-Z]{3}\Z", widget=forms.HiddenInput)
