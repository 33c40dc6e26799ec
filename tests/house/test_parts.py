"""House rules of the pages and parts: short, explained, labelled, leading somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.staticfiles import finders
from django.urls import Resolver404, resolve

from tests.house.ground import ROOT, breaking, templates

MOST_LINES = 150
TEMPLATES = ROOT / "templates"
TAG = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
VALUE = re.compile(r"{{.*?}}", re.DOTALL)
INCLUDED_ALONE = re.compile(r'{% include "([^"]+)"([^%]*\bonly) %}')
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)

PARTS = [path for path in templates() if path.name.startswith("_") or path.parent.name == "ui"]


def lines_too_many(path: Path) -> int:
    return max(len(path.read_text().splitlines()) - MOST_LINES, 0)


def test_a_template_is_short_enough_to_be_read_at_once():
    assert breaking(lines_too_many, templates()) == {}


def test_a_part_says_first_what_it_is_and_what_it_needs():
    assert breaking(lambda path: not path.read_text().startswith("{% comment %}"), PARTS) == {}


def missing_files(path: Path) -> list[str]:
    asked = re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", path.read_text())
    return [name for name in asked if not finders.find(name)]


def test_every_script_and_sheet_a_page_asks_for_is_there():
    assert breaking(missing_files, templates()) == {}


class Inputs(HTMLParser):
    """Collects inputs and the labels that may be theirs."""

    NEEDS_NONE = ("hidden", "submit", "button", "image", "reset")

    def __init__(self) -> None:
        super().__init__()
        self.labelled: set[str] = set()
        self.inputs: list[tuple[str, bool]] = []
        self.open_labels = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "label":
            self.open_labels += 1
            self.labelled.add(given.get("for") or "")
        elif tag in {"input", "select", "textarea"} and given.get("type") not in self.NEEDS_NONE:
            has_own = bool(self.open_labels or {"aria-label", "aria-labelledby"} & given.keys())
            self.inputs.append((given.get("id") or "", has_own))

    def handle_endtag(self, tag):
        self.open_labels -= tag == "label"


def unlabelled(html: str) -> list[str]:
    reader = Inputs()
    reader.feed(VALUE.sub("value", TAG.sub("", html)))
    return [
        name
        for name, has_own in reader.inputs
        if not has_own and (not name or name not in reader.labelled)
    ]


def test_every_input_has_a_label():
    assert breaking(lambda path: unlabelled(path.read_text()), templates()) == {}


def test_the_rule_about_labels_sees_a_bare_input():
    assert unlabelled('<label for="a">A</label><input id="a"><input id="b">') == ["b"]
    assert unlabelled('<label>A <input></label><input type="hidden" name="c">') == []


def addresses(path: Path) -> list[str]:
    """Return the house's own addresses that a template writes out, without their query."""
    text = COMMENT.sub("", path.read_text())
    found = re.findall(r'(?:href|action|back|path)="(/[^"{?#]*)["?#]', text)
    return [address for address in found if not address.startswith(("/demo/", "/static/"))]


def leads_somewhere(address: str) -> bool:
    try:
        route = resolve(address).route or ""
    except Resolver404:
        return False
    return "<" not in route  # the last pattern takes any word for the handle of a shop


def test_every_address_written_on_a_page_leads_somewhere():
    def lost(path: Path) -> list[str]:
        return [address for address in addresses(path) if not leads_somewhere(address)]

    assert breaking(lost, templates()) == {}


def forms_without_their_token(path: Path) -> list[str]:
    """Return the parts with a form that a page includes without handing on the token."""
    included = re.findall(INCLUDED_ALONE, path.read_text())
    return [name for name, given in included if has_form(name) and "csrf_token=" not in given]


def has_form(name: str) -> bool:
    text = (TEMPLATES / name).read_text()
    return "{% csrf_token %}" in text or any(
        has_form(inner) for inner in re.findall(r'{% include "([^"]+)"', text)
    )


def test_a_form_in_a_part_gets_its_token():
    """Included with ``only``, a part sees no token, and every press of its button is refused."""
    assert breaking(forms_without_their_token, templates()) == {}
