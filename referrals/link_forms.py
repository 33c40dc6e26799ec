"""The form for a link's own name and its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.models import ShareLink
from referrals.models.link import LONGEST_SLUG
from referrals.naming import EndIsOver, RenamedTooOften, SlugReserved, SlugTaken, SlugUnfit

ONE_DAY = timedelta(days=1)

# Which field a refusal belongs to, and what to do about it.
WHY_NOT: dict[type[Exception], tuple[str, str | Promise]] = {
    SlugUnfit: (
        "slug",
        _("Use 3 to 40 small letters, digits and dashes, with a dash or one of the letters "
          "i, l, o, u among them, such as “lins-honey”."),
    ),
    SlugReserved: ("slug", _("This word belongs to the house. Choose another one.")),
    SlugTaken: ("slug", _("Somebody else's link has this name, or had it until lately.")),
    RenamedTooOften: (
        "slug",
        _("You changed the name five times within 30 days. Keep this one for a while."),
    ),
    EndIsOver: ("last_day", _("This day is over. Choose today or a later one.")),
}  # fmt: skip


class LinkForm(forms.Form):
    """What a link is called, and on which day it counts for the last time."""

    slug = forms.CharField(
        label=_("Name of its own"),
        max_length=LONGEST_SLUG,
        required=False,
        help_text=_(
            "Small letters, digits and dashes. The old address goes on working for 30 days."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_(
            "After it the link still opens the product, but earns nothing. Empty: it never ends."
        ),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )

    may_be_named = forms.BooleanField(
        label=_("My name may be shown where friends pass this on"),
        required=False,
        help_text=_("Their friends then read through whom it came. It changes nobody's earnings."),
    )

    def ends_at(self) -> datetime | None:
        """Return when the last day is over where its maker lives; None for never."""
        last_day = self.cleaned_data["last_day"]
        return None if last_day is None else _end_of(last_day)

    def refuse(self, refusal: Exception) -> None:
        """Say beside its field why something cannot be."""
        name, words = WHY_NOT[type(refusal)]
        self.add_error(name, str(words))


def initial_of(link: ShareLink) -> dict[str, object]:
    """Return what the form says before anybody changes it."""
    last = link.ends_at and timezone.localtime(link.ends_at - timedelta(microseconds=1)).date()
    return {"slug": link.slug or "", "last_day": last, "may_be_named": link.may_be_named}


def _end_of(day: date) -> datetime:
    after = min(day, date.max - ONE_DAY) + ONE_DAY
    return datetime(after.year, after.month, after.day, tzinfo=timezone.get_current_timezone())
