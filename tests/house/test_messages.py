"""Every word a reader may meet has its Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.utils.translation import templatize

from tests.house.ground import ROOT, breaking, files, modules, named, templates

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

Key = tuple[str, str]  # context, msgid


def words_of(source: bytes) -> list[Key]:
    found = extract("python", BytesIO(source), keywords=KEYWORDS)
    return [
        (context or "", message[0] if isinstance(message, tuple) else message)
        for _line, message, _comments, context in found
        if message
    ]


def words_of_template(text: str) -> list[Key]:
    # What stands around the words becomes blanks and crosses, whose indents mean nothing.
    lines = (line.strip() for line in templatize(text).splitlines())
    return words_of("\n".join(lines).encode())


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a catalogue: its ids (two when it counts) and its Chinese."""

    context: str
    ids: tuple[str, ...]
    text: str

    @property
    def key(self) -> Key:
        return self.context, self.ids[0]


def entries(path: Path) -> list[Entry]:
    """Return what a catalogue says; a fuzzy entry says nothing."""
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale="zh_Hans") if message.id]
    found = []
    for message in messages:
        ids = tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)
        several = message.string
        text = several[0] if isinstance(several, list | tuple) else several
        found.append(Entry(message.context or "", ids, "" if message.fuzzy else text or ""))
    return found


CATALOGUES = files("locale/zh_Hans/LC_MESSAGES/*.po")


@pytest.fixture(scope="module")
def our_words() -> set[Key]:
    code = {key for path in modules() for key in words_of(path.read_bytes())}
    return code | {key for path in templates() for key in words_of_template(path.read_text())}


@pytest.fixture(scope="module")
def chinese() -> dict[Key, bool]:
    """Every entry of every catalogue, and whether some catalogue has its Chinese."""
    said: dict[Key, bool] = {}
    for entry in (entry for path in CATALOGUES for entry in entries(path)):
        said[entry.key] = said.get(entry.key, False) or entry.text != ""
    return said


def test_every_word_in_the_code_has_its_chinese(chinese):
    def missing(path: Path) -> list[Key]:
        return [key for key in words_of(path.read_bytes()) if not chinese.get(key)]

    assert breaking(missing, modules()) == {}


def test_every_word_on_a_page_has_its_chinese(chinese):
    def missing(path: Path) -> list[Key]:
        return [key for key in words_of_template(path.read_text()) if not chinese.get(key)]

    assert breaking(missing, templates()) == {}


def test_the_demo_speaks_chinese_too(chinese):
    pages = files("*.html", under=ROOT / "devstack")
    code = [path for path in files("*.py", under=ROOT / "devstack") if "_(" in path.read_text()]
    words = [key for path in pages for key in words_of_template(path.read_text())]
    words += [key for path in code for key in words_of(path.read_bytes())]
    assert [key for key in words if not chinese.get(key)] == []


def placeholders(text: str) -> set[str]:
    return {piece.split(")")[0] for piece in text.split("%(")[1:]}


@pytest.mark.parametrize("path", CATALOGUES, ids=named)
def test_a_translation_keeps_every_fact_of_its_sentence(path, our_words):
    """A fact that is not given would be an error on the page; one left out, half a sentence.

    Of Django's own sentences a fact may be left out: some of them say too much.
    """
    wrong = []
    for entry in entries(path):
        given = set().union(*map(placeholders, entry.ids))
        needed = placeholders(entry.ids[-1]) if entry.key in our_words else set()
        if not needed <= placeholders(entry.text) <= given:
            wrong.append(entry.ids[0])
        if entry.ids[-1].count("%s") != entry.text.count("%s"):
            wrong.append(entry.ids[0])
    assert wrong == []


def test_the_reader_of_words_finds_them():
    page = (
        '{% translate "Back" %}{% translate "Me" context "tab" %}'
        "{% blocktranslate trimmed count n=n %}\n one thing\n{% plural %}\n {{ n }} things\n"
        '{% endblocktranslate %}{% include "x.html" with name=_("Goods") %}'
    )
    found = words_of_template(page)
    assert found == [("", "Back"), ("tab", "Me"), ("", "one thing"), ("", "Goods")]
    assert words_of(b'x = gettext_lazy("Hello")\ny = pgettext("tab", "Me")') == [
        ("", "Hello"),
        ("tab", "Me"),
    ]


def test_one_word_has_one_translation_in_the_whole_house():
    """Catalogues are merged, so that of two different ones nobody knows which is shown."""
    said: dict[Key, set[str]] = {}
    for entry in (entry for path in CATALOGUES for entry in entries(path)):
        said.setdefault(entry.key, set()).add(entry.text)
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}
