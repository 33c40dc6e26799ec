"""Every pair of colours that carries words or edges, measured as WCAG 2.2 measures it."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.ROOT / "static/css/tokens.css").read_text()
LOOKS = ["light", "dark"]
THEMES = ["persimmon", "tea", "ink", "plum"]
GROUNDS = ["bg", "surface", "sunken"]

WORDS = [
    *product(["ink", "ink-2", "ink-3"], GROUNDS),
    *product(["brand", "brand-strong", "trust", "sale", "info"], ["bg", "surface"]),
    ("warn", "surface"),
    ("warn", "bg"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("brand-soft-ink", "brand-soft"),
    ("brand", "brand-soft"),
    ("trust-ink", "trust-soft"),
    ("warn", "warn-soft"),
    ("sale", "sale-soft"),
    ("ink", "sale-soft"),
    ("ink", "line"),
    ("bg", "ink"),
]
EDGES = [("line-strong", "surface"), ("line-strong", "bg"), ("star", "surface"), ("info", "bg")]


def declared(css: str) -> dict[str, tuple[str, str]]:
    """Return each token's light and dark colour, as far as ``css`` sets them."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    return {name: (light, dark) for name, light, dark in pairs}


def colours(look: str, theme: str) -> dict[str, str]:
    modern = TOKENS.split("@supports")[0]
    own = re.search(rf'\[data-theme="{theme}"\] {{(.*?)}}', modern, re.DOTALL)
    root = modern.split("[data-look")[0]
    found = declared(root) | (declared(own[1]) if own else {})
    return {name: pair[LOOKS.index(look)] for name, pair in found.items()}


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_the_one_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("look", LOOKS)
def test_words_can_be_read(look, theme):
    tokens = colours(look, theme)
    low = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in WORDS
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("look", LOOKS)
def test_edges_and_signs_can_be_seen(look, theme):
    tokens = colours(look, theme)
    low = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in EDGES
        if contrast(tokens[ink], tokens[ground]) < 3
    }
    assert low == {}


def test_old_web_views_get_the_light_look_unchanged():
    fallback = TOKENS.split("@supports")[1]
    root = re.search(r":root {(\s+--bg.*?)}", fallback, re.DOTALL)
    plain = dict(re.findall(r"--([\w-]+): (#\w{6});", root[1] if root else ""))
    assert plain == colours("light", "persimmon")
