"""Every word a reader may meet has its Chinese."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.utils.translation import templatize

from tests.house.ground import ROOT, files, modules, named, templates

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


def translations() -> dict[Key, bool]:
    """Return every Chinese entry of every catalogue, and whether it is whole."""
    entries: dict[Key, bool] = {}
    for path in files("locale/zh_Hans/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if not message.id:
                    continue
                first = message.id[0] if isinstance(message.id, tuple) else message.id
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                whole = strings[0] != "" and not message.fuzzy
                key = (message.context or "", first)
                entries[key] = entries.get(key, False) or whole
    return entries


@pytest.fixture(scope="module")
def our_words() -> set[Key]:
    code = {key for path in modules() for key in words_of(path.read_bytes())}
    return code | {key for path in templates() for key in words_of_template(path.read_text())}


@pytest.fixture(scope="module")
def chinese() -> dict[Key, bool]:
    return translations()


@pytest.mark.parametrize("path", modules(), ids=named)
def test_every_word_in_the_code_has_its_chinese(path, chinese):
    assert [key for key in words_of(path.read_bytes()) if not chinese.get(key)] == []


@pytest.mark.parametrize("path", templates(), ids=named)
def test_every_word_on_a_page_has_its_chinese(path, chinese):
    assert [key for key in words_of_template(path.read_text()) if not chinese.get(key)] == []


def test_the_demo_speaks_chinese_too(chinese):
    pages = files("*.html", under=ROOT / "devstack")
    code = [path for path in files("*.py", under=ROOT / "devstack") if "_(" in path.read_text()]
    words = [key for path in pages for key in words_of_template(path.read_text())]
    words += [key for path in code for key in words_of(path.read_bytes())]
    assert [key for key in words if not chinese.get(key)] == []


def placeholders(text: str) -> set[str]:
    return {piece.split(")")[0] for piece in text.split("%(")[1:]}


@pytest.mark.parametrize("path", files("locale/zh_Hans/LC_MESSAGES/*.po"), ids=named)
def test_a_translation_keeps_every_fact_of_its_sentence(path, our_words):
    """A fact that is not given would be an error on the page; one left out, half a sentence.

    Of Django's own sentences a fact may be left out: some of them say too much.
    """
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale="zh_Hans") if message.id]
    wrong = []
    for message in messages:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        given = set().union(*map(placeholders, ids))
        needed = placeholders(ids[-1]) if (message.context or "", ids[0]) in our_words else set()
        if not needed <= placeholders(strings[0]) <= given:
            wrong.append(ids[0])
        if ids[-1].count("%s") != strings[0].count("%s"):
            wrong.append(ids[0])
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
    for path in files("locale/zh_Hans/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                text = message.string
                first = text[0] if isinstance(text, tuple) else text
                if ids[0]:
                    said.setdefault((message.context or "", ids[0]), set()).add(first)
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}
