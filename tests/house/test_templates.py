"""Rules every template keeps: nothing inline, icons that exist, inputs that help to fill them."""

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.conf import settings

from kit import sheets

ROOT = Path(settings.ROOT)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A letter is read in a mail program, which loads no style sheet.
PAGES = [path for path in TEMPLATES if not path.name.startswith("letter")]
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
SPRITE = set(re.findall(r'id="i-([\w-]+)"', (ROOT / "static/icons.svg").read_text()))


def markup(path: Path) -> str:
    """Return a template without its comments."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"{#.*?#}", "", text)


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_template_has_nothing_the_content_policy_forbids(path):
    html = markup(path)
    assert not re.search(r"<[^>]*\sstyle=", html)
    assert not re.search(r"<style\b", html)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", html)
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert "application/json" in attributes or not body.strip()


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_icon_is_in_the_sprite(path):
    html = markup(path)
    named = re.findall(r"{% icon [\"']([\w-]+)[\"']", html)
    given = re.findall(r"<c-(?:badge|empty|proof)\b[^>]*\sicon=\"([\w-]+)\"", html)
    assert set(named) | set(given) <= SPRITE


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_an_input_says_what_may_be_filled_in_for_the_visitor(path):
    bare = [
        tag
        for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", markup(path))
        if "autocomplete=" not in tag
        and not re.search(r'type="(hidden|checkbox|radio|file|range|submit|{{)', tag)
        and "widget." not in tag
    ]
    assert bare == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_words_stand_in_a_template_in_chinese(path):
    assert not re.search(r"[\u4e00-\u9fff]", markup(path))


def test_the_frame_and_its_parts_stay_small():
    assert len(brotli.compress(sheets.join().read_bytes())) <= 12 * 1024


def test_every_small_sheet_is_part_of_the_one_that_is_loaded():
    small = {path.relative_to(sheets.SOURCE) for path in sheets.SOURCE.glob("*/*.css")}
    assert {f"{path.with_suffix('')}" for path in small} <= set(sheets.SHEETS)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name
)
def test_a_script_is_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= 80
