"""What brand owners and moderators type about brands and certificates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import brand_words
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.fields import CategoryField
from catalog.models import Brand, Category, Certificate, Product
from kit import clock
from kit.fields import MoneyField, WordsField
from kit.public_ids import PATTERN
from shops.models import HANDLE_PATTERN, Shop

MOST_SPELLINGS = 10
MOST_PRODUCTS = 50
MOST_AREAS = 20
SHORTEST = 2  # one letter, or one Chinese character, stands in every listing
ONE_DAY = timedelta(days=1)

# Agreements of this kind are made for one year to three; longer ones are renewed, so that
# somebody looks at them. Our own choice.
LONGEST = timedelta(days=3 * 366)
A_PRODUCT = re.compile(rf"(?:^|/p/)({PATTERN})(?:[/?#].*)?$")
A_HANDLE = re.compile(r"^(?:https?://[^/]+)?/?@?([^/?#\s]+)/?(?:[?#].*)?$", re.IGNORECASE)


class LinesField(WordsField):
    """Several short entries, a line each (or with commas between), cleaned to a list."""

    def __init__(self, *, most: int, longest: int, **field: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
            **field,
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        typed = re.split(r"[\n,，、;；]+", super().clean(value))
        lines = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in typed))))
        if len(lines) > self.most:
            raise ValidationError(_("Write at most %(most)d.") % {"most": self.most})
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(_("Each has at most %(most)d signs.") % {"most": self.longest})
        return lines


def _words(label: Any, *, longest: int, help_text: Any = "", required: bool = True) -> WordsField:
    return WordsField(
        label=label,
        help_text=help_text,
        max_length=longest,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PolicyForm(forms.Form):
    policy = forms.ChoiceField(
        label=_("Listings that name it without a certificate"),
        choices=Brand.Policy.choices,
        initial=Brand.Policy.MARK,
        widget=forms.RadioSelect,
    )


class BrandForm(PolicyForm):
    name_zh = _words(_("Name in Chinese"), longest=40, required=False)
    name_en = _words(_("Name in Latin letters"), longest=40, required=False)
    spellings = LinesField(
        label=_("Other ways it is written"),
        help_text=_("One a line. Capitals, blanks and full-width letters are seen anyway."),
        most=MOST_SPELLINGS,
        longest=40,
    )
    register_office = _words(
        _("Where the trade mark is registered"),
        longest=60,
        help_text=_("Such as CNIPA, EUIPO or USPTO."),
    )
    register_number = _words(_("Its number there"), longest=60)

    field_order = (
        "name_zh",
        "name_en",
        "spellings",
        "register_office",
        "register_number",
        "policy",
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        names = {name: typed.get(name, "") for name in ("name_zh", "name_en")}
        if not any(names.values()) and not self.errors.keys() & names.keys():
            self.add_error("name_zh", _("Write its name in one of the two."))
        for name, words in names.items():
            if words and _is_short(words):
                self.add_error(name, _("A name has at least two letters or characters."))
        if any(_is_short(word) for word in typed.get("spellings", [])):
            self.add_error("spellings", _("A name has at least two letters or characters."))
        return typed

    def read(self) -> BrandInput:
        """Return the brand as the job takes it."""
        return BrandInput(**self.cleaned_data)


def _is_short(words: str) -> bool:
    return len(brand_words.tight(words)) < SHORTEST


class DayField(forms.DateField):
    def __init__(self, **field: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **field)


def _last_day() -> DayField:
    return DayField(label=_("Last day"), help_text=_("At most three years from today."))


def start_of(day: date) -> datetime:
    """Return when a day begins where the house's clocks are."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def _checked_end(last_day: date) -> date:
    today = timezone.localtime(clock.now()).date()
    if last_day < today:
        raise ValidationError(_("This day is over."))
    if last_day > today + LONGEST:
        raise ValidationError(_("At most three years from today."))
    return last_day


def _amount(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=_("In the currency of the shop."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class IssueForm(forms.Form):
    """A certificate for one shop; what it does not say is not limited."""

    shop = _words(
        _("Address of the shop"),
        longest=200,
        help_text=_("Its page here, or the word after the /."),
    )
    category = CategoryField(
        label=_("Only one kind of goods"),
        queryset=Category.objects.all(),
        required=False,
        empty_label=_("Every kind"),
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
    products = LinesField(
        label=_("Only these products"),
        help_text=_("Addresses of their pages, one a line."),
        most=MOST_PRODUCTS,
        longest=200,
    )
    first_day = DayField(label=_("First day"))
    last_day = _last_day()
    price_min = _amount(_("Lowest agreed price"))
    price_max = _amount(_("Highest agreed price"))
    areas = LinesField(
        label=_("Only shops from"),
        help_text=_("Places, such as provinces; the shop's own must name one of them."),
        most=MOST_AREAS,
        longest=20,
    )
    channels = forms.MultipleChoiceField(
        label=_("Only shown on"),
        help_text=_("None chosen: everywhere."),
        choices=Certificate.Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_shop(self) -> Shop:
        typed = A_HANDLE.match(self.cleaned_data["shop"])
        handle = typed[1].lower() if typed else ""
        found = (
            Shop.objects.open().filter(handle=handle) if re.match(HANDLE_PATTERN, handle) else ()
        )
        for shop in found:
            return shop
        raise ValidationError(_("There is no open shop at this address."))

    def clean_last_day(self) -> date:
        return _checked_end(self.cleaned_data["last_day"])

    def clean_first_day(self) -> date:
        first_day: date = self.cleaned_data["first_day"]
        today = timezone.localtime(clock.now()).date()
        if abs(first_day - today) > LONGEST:
            raise ValidationError(_("This day is too far away."))
        return first_day

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        first, last = typed.get("first_day"), typed.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day comes before the first."))
        self._read_band(typed)
        if typed.get("shop") and typed.get("products"):
            self._find_products(typed["shop"], typed["products"])
        return typed

    def _read_band(self, typed: dict[str, Any]) -> None:
        """Read the agreed prices in the currency of the shop they bind."""
        shop = typed.get("shop")
        for name in ("price_min", "price_max"):
            field = MoneyField(currency=shop.currency if shop else "CNY", required=False)
            try:
                typed[name] = field.clean(typed.get(name, ""))
            except ValidationError as mistake:
                self.add_error(name, mistake)
        low, high = typed.get("price_min"), typed.get("price_max")
        if low and high and low > high:
            self.add_error("price_max", _("This is lower than the lowest price."))

    def _find_products(self, shop: Shop, addresses: list[str]) -> None:
        ids = [found[1].upper() for one in addresses if (found := A_PRODUCT.search(one))]
        products = list(Product.objects.filter(shop=shop, public_id__in=ids).order_by("pk"))
        if len(products) != len(addresses):
            self.add_error("products", _("One of these is no product of this shop."))
        self.cleaned_data["products"] = products

    def read(self) -> Scope:
        """Return what the certificate covers as the job takes it."""
        typed = self.cleaned_data
        return Scope(
            starts_at=start_of(typed["first_day"]),
            ends_at=start_of(typed["last_day"] + ONE_DAY),
            category=typed["category"],
            products=typed["products"],
            areas=typed["areas"],
            channels=typed["channels"],
            price_min_minor=typed["price_min"],
            price_max_minor=typed["price_max"],
        )


class RenewForm(forms.Form):
    """Until when a certificate is renewed: past the end of the one it takes up."""

    last_day = _last_day()

    def __init__(self, *form: Any, takes_up: Certificate) -> None:
        self.takes_up = takes_up
        super().__init__(*form)

    def clean_last_day(self) -> date:
        last_day = _checked_end(self.cleaned_data["last_day"])
        if start_of(last_day + ONE_DAY) <= max(clock.now(), self.takes_up.ends_at):
            raise ValidationError(_("The last day comes before the first."))
        return last_day

    @property
    def ends_at(self) -> datetime:
        """The moment its last day is over."""
        return start_of(self.cleaned_data["last_day"] + ONE_DAY)


class ReasonForm(forms.Form):
    reason = WordsField(
        label=_("Reason"),
        help_text=_("The other side reads it."),
        max_length=500,
        error_messages={"required": _("Write why.")},
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class BrandVerdictForm(forms.Form):
    """A verdict by the pressed button, and the words for the brand's owner."""

    verdict = forms.ChoiceField(
        choices=[("verified", ""), ("refused", ""), ("closed", "")], widget=forms.HiddenInput
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    reason = WordsField(
        label=_("Reason"),
        help_text=_("Needed unless you verify it. The brand's owner reads it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("verdict") in {"refused", "closed"} and not typed.get("reason"):
            self.add_error("reason", _("Write why."))
        return typed
