"""How each product is staged and how each person looks, for ``paint.py``."""

from dataclasses import dataclass

# Each ground is a light and a deep tone of one calm colour.
GROUNDS: dict[str, tuple[str, str]] = {
    "honey": ("#fff4d6", "#f1d08c"),
    "butter": ("#fff7e0", "#eed79c"),
    "sand": ("#faf2e6", "#dcc5a4"),
    "oat": ("#f8f2ea", "#d8c9b4"),
    "peach": ("#fff1e8", "#f2c3a6"),
    "petal": ("#fef0f3", "#efc0cd"),
    "blush": ("#fdeef0", "#eab4c1"),
    "mauve": ("#f7edf6", "#d2b4d3"),
    "lilac": ("#f2eefa", "#c6b9e3"),
    "fog": ("#edf2f9", "#b7c8e1"),
    "sky": ("#eaf4fa", "#b0d1e6"),
    "mist": ("#eff4f3", "#c0d2cd"),
    "mint": ("#ebf6f0", "#b0d6c3"),
    "sage": ("#f1f5e8", "#bfd0a8"),
    "stone": ("#f4f2ef", "#cbc5bc"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one product is staged in its three pictures.

    Attributes:
        art: the vector's file name without its ending.
        grounds: studio, close crop, third picture.
        turn: degrees counter-clockwise that make the thing stand or lie as it would.
        prop: a second vector beside the thing in the third picture; without one, three lie flat.
        hues: colour shifts (0-255) of the three, where the product is sold in several colours.
    """

    art: str
    grounds: tuple[str, str, str]
    turn: int = 0
    prop: str = ""
    hues: tuple[int, int, int] = (0, 0, 0)


RECIPES: dict[str, Recipe] = {
    # shanli
    "honey": Recipe("honey-pot", ("honey", "sage", "sand"), prop="honeybee"),
    "cloud-tea": Recipe("teacup-without-handle", ("mint", "sand", "sage"), prop="herb"),
    "mooncake": Recipe("moon-cake", ("butter", "mist", "sand")),
    "chestnut": Recipe("chestnut", ("sand", "sage", "oat")),
    "peanut": Recipe("peanuts", ("mist", "peach", "sage"), turn=40),
    "shiitake": Recipe("brown-mushroom", ("sage", "oat", "mist")),
    "eggs": Recipe("egg", ("mist", "butter", "mint"), prop="basket"),
    "sweet-potato": Recipe("roasted-sweet-potato", ("mint", "honey", "oat"), turn=35),
    # ahao
    "scarf": Recipe("scarf", ("petal", "fog", "stone"), hues=(0, 160, 40)),
    "socks": Recipe("socks", ("fog", "oat", "stone")),
    "gloves": Recipe("gloves", ("lilac", "stone", "fog"), hues=(0, 206, 70)),
    "handbag": Recipe("handbag", ("oat", "fog", "sky"), prop="sunglasses"),
    "coat": Recipe("coat", ("fog", "sand", "stone"), prop="top-hat"),
    "jeans": Recipe("jeans", ("oat", "sky", "stone")),
    "cap": Recipe("billed-cap", ("sky", "oat", "fog"), hues=(0, 115, 190)),
    "straw-hat": Recipe("womans-hat", ("sky", "butter", "mist")),
    # xiaomei
    "lipstick": Recipe("lipstick", ("blush", "lilac", "oat"), hues=(0, 12, 240)),
    "rose-soap": Recipe("soap", ("mauve", "butter", "mint")),
    "soy-candle": Recipe("candle", ("lilac", "petal", "mauve")),
    "body-lotion": Recipe("lotion-bottle", ("petal", "mist", "mauve"), prop="cherry-blossom"),
    "hand-mirror": Recipe("mirror", ("blush", "sky", "lilac")),
    "velvet-bow": Recipe("ribbon", ("petal", "oat", "mauve"), hues=(0, 165, 115)),
    "wide-comb": Recipe("hair-pick", ("mauve", "peach", "petal")),
    # xiaoyu
    "bouquet": Recipe("bouquet", ("petal", "mint", "butter"), turn=-42),
    "desk-plant": Recipe("potted-plant", ("mint", "peach", "sand")),
    "tulip": Recipe("tulip", ("butter", "mint", "petal")),
    "rose": Recipe("rose", ("petal", "sky", "peach")),
    "sunflower": Recipe("sunflower", ("sky", "mint", "butter")),
    "hyacinth": Recipe("hyacinth", ("lilac", "butter", "mint"), turn=-14),
    "cactus": Recipe("cactus", ("peach", "sky", "butter")),
    "daisy": Recipe("blossom", ("sky", "peach", "mint")),
    # laozhou
    "running-shoe": Recipe("running-shoe", ("sky", "lilac", "stone"), turn=38),
    "run-watch": Recipe("watch", ("fog", "stone", "sky")),
    "singlet": Recipe("running-shirt", ("mint", "stone", "fog"), hues=(0, 80, 185)),
    "run-shorts": Recipe("shorts", ("stone", "sky", "fog"), hues=(0, 75, 130)),
    "stopwatch": Recipe("stopwatch", ("oat", "fog", "stone")),
    "trail-boot": Recipe("hiking-boot", ("fog", "sand", "mist")),
    "headphones": Recipe("headphone", ("lilac", "sky", "fog")),
    # tianpu
    "bubble-tea": Recipe("bubble-tea", ("sand", "mauve", "petal")),
    "cookie": Recipe("cookie", ("oat", "lilac", "blush"), prop="glass-of-milk"),
    "birthday-cake": Recipe("birthday-cake", ("petal", "sky", "lilac"), prop="wrapped-gift"),
    "dark-chocolate": Recipe("chocolate-bar", ("mauve", "oat", "peach"), turn=45),
    "strawberry-cake": Recipe("shortcake", ("blush", "mint", "butter"), prop="strawberry"),
    "pudding": Recipe("custard", ("butter", "lilac", "petal"), prop="cherries"),
    "doughnut": Recipe("doughnut", ("lilac", "peach", "mint")),
    "croissant": Recipe("croissant", ("sand", "sky", "petal"), turn=-42, prop="butter"),
    # wanju
    "teddy": Recipe("teddy-bear", ("peach", "sky", "mint"), prop="wrapped-gift"),
    "yarn": Recipe("yarn", ("butter", "petal", "oat"), hues=(0, 95, 200)),
    "kite": Recipe("kite", ("sky", "butter", "mint")),
    "nesting-dolls": Recipe("nesting-dolls", ("mint", "peach", "butter")),
    "carousel": Recipe("carousel-horse", ("petal", "sky", "lilac")),
    "wooden-train": Recipe("locomotive", ("sky", "peach", "sand")),
    "yo-yo": Recipe("yo-yo", ("butter", "lilac", "peach"), hues=(0, 206, 60)),
    # grace
    "dotted-notebook": Recipe("notebook", ("fog", "oat", "stone"), prop="pencil"),
    "canvas-backpack": Recipe("backpack", ("lilac", "sky", "stone"), prop="books"),
    "fountain-pen": Recipe("fountain-pen", ("oat", "fog", "sky"), turn=30),
    "cedar-pencils": Recipe("pencil", ("sky", "stone", "fog"), turn=32),
    "mystery-parcel": Recipe("books", ("sand", "lilac", "fog"), prop="love-letter"),
    "felt-bookmark": Recipe("bookmark", ("stone", "peach", "sky"), turn=40, hues=(0, 150, 70)),
    "five-year-diary": Recipe("ledger", ("sky", "lilac", "oat")),
}


@dataclass(frozen=True, slots=True)
class Face:
    """One person's look, in the words of the open-peeps style, on a soft ground."""

    head: str
    expression: str
    ground: str
    clothing: str
    skin: str = "ffdbb4"
    hair: str = "2c1b18"
    accessories: str = ""
    beard: str = ""


FACES: dict[str, Face] = {
    "linwei": Face("longBangs", "smile", "fde3d8", "e78276"),
    "hao": Face("short5", "cute", "dde6f6", "8fa7df", skin="edb98a"),
    "mei": Face("bun", "calm", "f6dfec", "e279c7"),
    "xiaoyu": Face("mediumBangs3", "smile", "fdecc8", "ffcf77"),
    "zhou": Face("grayShort", "smile", "dcebf3", "9ddadb", "edb98a", "9a948f", beard="moustache6"),
    "grace": Face("mediumStraight", "cute", "e7e3f5", "8fa7df", accessories="glasses2"),
    "sofia": Face("longCurly", "smile", "fbe3cf", "78c49a", "edb98a", "724133"),
    "chen": Face("grayBun", "calm", "dfeee2", "78c49a", skin="edb98a", hair="4a312c"),
    "tang": Face("pomp", "cute", "f9e0e6", "fdea6b", accessories="glasses3"),
    "wen": Face("bangs", "cute", "e3f1ec", "9ddadb", hair="4a312c"),
    "jun": Face("shaved2", "smile", "e9e4dc", "e78276", skin="d08b5b", beard="chin"),
    "desk": Face("medium3", "smile", "e2e8ea", "5f7f92", accessories="glasses5"),
}
