"""What the page of parts shows: invented people and things, and a form in each state."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

THEMES = [
    ("persimmon", gettext_lazy("Persimmon")),
    ("tea", gettext_lazy("Tea hill")),
    ("ink", gettext_lazy("Ink blue")),
    ("plum", gettext_lazy("Plum")),
]
LOOKS = [("light", gettext_lazy("Light")), ("dark", gettext_lazy("Dark"))]


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """A picture that lies with the style sheets instead of in the media folder."""

    name: str
    alt: str
    folder: str = f"{settings.STATIC_URL}samples/"
    width: int = 780
    height: int = 780
    widths: tuple[int, ...] = (390, 780)
    avif_widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleCard:
    """A product as lists show it."""

    title: str
    price_minor: int
    photo: SamplePhoto | None = None
    person: Any = None
    why: str = ""
    fact: str = ""
    price_from: bool = False
    path: str = "#cards"
    currency: str = "CNY"


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    price = forms.CharField(
        label=gettext_lazy("Price"),
        help_text=gettext_lazy("What friends pay; a commission never makes it dearer."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    story = forms.CharField(
        label=gettext_lazy("Story"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Packing"),
        choices=[("jar", gettext_lazy("jar")), ("box", gettext_lazy("box"))],
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("Would you recommend it to friends?"),
        choices=[
            ("yes", gettext_lazy("yes")),
            ("so-so", gettext_lazy("so-so")),
            ("no", gettext_lazy("no")),
        ],
        widget=forms.RadioSelect,
    )
    share = forms.BooleanField(
        label=gettext_lazy("Friends may see that I bought it"), required=False
    )


def samples() -> dict[str, Any]:
    """Return the context of the page of parts."""
    wei = SimpleNamespace(name=_("Lin Wei"), avatar="")
    hao = SimpleNamespace(name=_("Hao"), avatar="")
    mei = SimpleNamespace(name=_("Mei"), avatar="")
    honey = SamplePhoto("honey", _("A jar of honey"))
    tea = SamplePhoto("cloud-tea", _("A cup of green tea"))
    scarf = SamplePhoto("scarf", _("A red scarf"))
    return {
        "wei": wei,
        "people": [wei, hao, mei],
        "face": f"{settings.STATIC_URL}samples/face-96.webp",
        "photos": [honey, tea, scarf],
        "cards": [
            SampleCard(_("Wild flower honey, 500 g"), 6800, honey, wei, _("Lin Wei recommends it")),
            SampleCard(_("Cloud tea, spring picking"), 12_800, tea, fact=_("41% buy again")),
            SampleCard(_("Cashmere scarf"), 19_900, scarf, hao, _("Hao and 1 friend"), "", True),
            SampleCard(_("A thing without a picture yet"), 3_950, None, fact=_("new")),
        ],
        "steps": [
            (_("Paid ¥68.00"), _("Sunday 13:21"), True),
            (_("Sent by the shop"), _("Sunday 18:30"), True),
            (_("Received"), _("expected Wednesday"), False),
        ],
        "blank": SampleForm(auto_id="blank_%s"),
        "wrong": SampleForm({"name": "", "price": "", "kind": "jar"}, auto_id="wrong_%s"),
        "page": Paginator(range(70), 10).get_page(2),
        "themes": THEMES,
        "looks": LOOKS,
    }
