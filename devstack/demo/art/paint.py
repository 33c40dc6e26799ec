"""Paint the demo's product pictures and faces; run by hand, never by the project.

The vectors come from two packages that the project does not depend on:

* npm ``fluentui-emoji`` 1.3.0, ``icons/modern/*.svg``: MIT (art: Microsoft Fluent emoji, MIT);
* PyPI ``dicebear-styles`` 10.6.0, style ``open-peeps``: CC0 1.0 (after Open Peeps, Pablo Stanley),
  drawn by PyPI ``dicebear-core`` 10.7.0 (MIT).

PyPI ``resvg_py`` 0.5.0 turns vectors into pixels. Only the finished WebP files are committed.
Unpack the npm package, install the other three and Pillow in a scratch environment, then::

    python -m devstack.demo.art.paint <unpacked package>/icons/modern [product-key ...]
"""

import io
import json
import sys
from functools import cache
from importlib import resources
from pathlib import Path

import resvg_py
from dicebear import Avatar, Style
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from devstack.demo.art.recipes import FACES, GROUNDS, RECIPES, Face, Recipe

DEMO = Path(__file__).resolve().parents[1]
SIDE = 1200
FACE_SIDE = 240
PICTURE_LIMIT = 17_500  # bytes; 180 pictures then stay near 3 MB in the repository
FACE_LIMIT = 6_000

Colour = tuple[int, int, int]
Layer = Image.Image


def rgb(tone: str) -> Colour:
    return int(tone[1:3], 16), int(tone[3:5], 16), int(tone[5:7], 16)


def between(near: Colour, far: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(near, far, strict=True))
    return red, green, blue


def fade(top: Colour, bottom: Colour, size: tuple[int, int], turn: int = 0) -> Layer:
    ramp = Image.linear_gradient("L").rotate(turn).resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def glow(picture: Layer, centre: tuple[float, float], reach: float, strength: int) -> None:
    """Lay a soft round light on the picture; centre and reach are shares of its side."""
    side = int(SIDE * reach * 2)
    spot = Image.radial_gradient("L").resize((side, side), Image.Resampling.BICUBIC)
    spot = spot.point([int(max(0, 1 - v / 181) ** 1.6 * strength) for v in range(256)])
    corner = (int(SIDE * centre[0]) - side // 2, int(SIDE * centre[1]) - side // 2)
    picture.paste(Image.new("RGB", spot.size, "white"), corner, spot)


def shade(picture: Layer, mask: Layer, colour: Colour, strength: float, blur: float) -> None:
    """Darken the picture towards a colour where the mask is, with a blurred edge."""
    soft = mask.filter(ImageFilter.GaussianBlur(blur)).point(lambda v: int(v * strength))
    tint = ImageChops.multiply(picture, Image.new("RGB", picture.size, colour))
    picture.paste(tint, (0, 0), soft)


def oval(box: tuple[float, float, float, float]) -> Layer:
    mask = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask


@cache
def vector(path: Path) -> Layer:
    drawn = resvg_py.svg_to_bytes(svg_path=str(path), width=1600, height=1600)
    return Image.open(io.BytesIO(bytes(drawn))).convert("RGBA")


def cut_out(path: Path, *, turn: float, reach: float, hue: int = 0) -> Layer:
    """Return the thing alone, turned, its longer side ``reach`` of the picture's."""
    thing = vector(path).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    thing = thing.crop(thing.getchannel("A").point(lambda v: 255 if v > 24 else 0).getbbox())
    share = SIDE * reach / max(thing.size)
    thing = thing.resize(
        (round(thing.width * share), round(thing.height * share)), Image.Resampling.LANCZOS
    )
    if hue:
        alpha = thing.getchannel("A")
        tone, depth, light = thing.convert("RGB").convert("HSV").split()
        tone = tone.point(lambda v: (v + hue) % 256)
        depth = depth.point(lambda v: int(v * 0.74))  # dyed cloth is duller than screen colours
        thing = Image.merge("HSV", (tone, depth, light)).convert("RGB")
        thing.putalpha(alpha)
    return thing


def outline(thing: Layer, corner: tuple[int, int]) -> Layer:
    mask = Image.new("L", (SIDE, SIDE), 0)
    mask.paste(thing.getchannel("A"), corner)
    return mask


def backdrop(ground: str) -> Layer:
    """A seamless paper sweep: wall, a hint of a bend, floor; lit from above."""
    light, deep = (rgb(tone) for tone in GROUNDS[ground])
    picture = fade(light, between(light, deep, 0.85), (SIDE, SIDE))
    edge = between(light, deep, 0.42)
    floor = fade(edge, deep, (SIDE, SIDE // 3))
    bend = Image.new("L", (SIDE, SIDE), 0)
    bend.paste(255, (0, int(SIDE * 0.72), SIDE, SIDE))
    sheet = Image.new("RGB", (SIDE, SIDE), edge)
    sheet.paste(floor, (0, SIDE - floor.height))
    picture.paste(sheet, (0, 0), bend.filter(ImageFilter.GaussianBlur(46)))
    glow(picture, (0.5, 0.38), 0.62, 190)
    return picture


def plinth(picture: Layer, ground: str, *, x: float, y: float, half: float, rise: float) -> None:
    """Stand a low round block on the floor; ``x`` and ``y`` are the middle of its top."""
    light, deep = (rgb(tone) for tone in GROUNDS[ground])
    left, right, flat = SIDE * (x - half), SIDE * (x + half), SIDE * half * 0.2
    top, foot = SIDE * y, SIDE * (y + rise)
    drop = oval((left - 10, foot - flat * 0.7, right + 90, foot + flat * 1.35))
    shade(picture, drop, between(deep, (70, 50, 50), 0.45), 0.6, 26)
    body = oval((left, foot - flat, right, foot + flat))
    ImageDraw.Draw(body).rectangle((left, top, right, foot), fill=255)
    side = fade(between(light, deep, 0.25), between(deep, (90, 70, 70), 0.12), (SIDE, SIDE), 90)
    picture.paste(side, (0, 0), body.filter(ImageFilter.GaussianBlur(0.8)))
    lid = oval((left, top - flat, right, top + flat)).filter(ImageFilter.GaussianBlur(0.8))
    cap = fade(between(light, deep, 0.3), between(light, (255, 255, 255), 0.75), (SIDE, SIDE))
    crop = cap.crop((0, SIDE // 3, SIDE, SIDE)).resize((SIDE, int(flat * 2) + 2))
    sheet = Image.new("RGB", (SIDE, SIDE))
    sheet.paste(crop, (0, int(top - flat)))
    picture.paste(sheet, (0, 0), lid)


def stand(picture: Layer, thing: Layer, ground: str, *, x: float, y: float) -> None:
    """Put the thing on its feet at ``x``, ``y``, with the shadow it would throw there."""
    corner = (int(SIDE * x - thing.width / 2), int(SIDE * y - thing.height))
    dark = between(rgb(GROUNDS[ground][1]), (60, 36, 36), 0.6)
    foot = thing.crop((0, int(thing.height * 0.9), thing.width, thing.height)).getbbox()
    left, right = (foot[0], foot[2]) if foot else (0, thing.width)
    left, right, base = corner[0] + left, corner[0] + right, SIDE * y
    wide = (right - left) * 0.10
    shade(picture, oval((left - wide, base - 26, right + wide + 30, base + 26)), dark, 0.55, 20)
    shade(picture, oval((left, base - 12, right + 6, base + 11)), dark, 0.75, 6)
    picture.paste(thing, corner, thing)


def lay(picture: Layer, thing: Layer, ground: str, *, x: float, y: float) -> None:
    """Lay the thing flat, seen from above, its middle at ``x``, ``y``; light from top left."""
    corner = (int(SIDE * x - thing.width / 2), int(SIDE * y - thing.height / 2))
    dark = between(rgb(GROUNDS[ground][1]), (60, 36, 36), 0.55)
    shade(picture, outline(thing, (corner[0] + 30, corner[1] + 40)), dark, 0.5, 30)
    shade(picture, outline(thing, (corner[0] + 7, corner[1] + 10)), dark, 0.55, 8)
    picture.paste(thing, corner, thing)


def window(picture: Layer) -> None:
    """Let two panes of daylight fall across the picture."""
    panes = Image.new("L", (SIDE, SIDE), 0)
    draw = ImageDraw.Draw(panes)
    for left in (-40, 470):
        draw.polygon([(left + 420, 0), (left + 820, 0), (left + 300, 1200), (left - 100, 1200)], 96)
    panes = panes.filter(ImageFilter.GaussianBlur(22))
    picture.paste(Image.new("RGB", (SIDE, SIDE), "white"), (0, 0), panes)


def studio(art: Path, recipe: Recipe) -> Layer:
    """The thing on a plinth before a paper sweep."""
    ground = recipe.grounds[0]
    picture = backdrop(ground)
    plinth(picture, ground, x=0.5, y=0.8, half=0.36, rise=0.055)
    thing = cut_out(art, turn=recipe.turn, reach=0.56)
    longer, shorter = max(thing.size), min(thing.size)
    if longer > shorter * 1.3:  # a slim thing must be longer to look as large
        thing = cut_out(art, turn=recipe.turn, reach=0.64)
    stand(picture, thing, ground, x=0.5, y=0.815)
    return picture


def close(art: Path, recipe: Recipe) -> Layer:
    """A near look in window light, running a little out of the frame."""
    ground = recipe.grounds[1]
    light, deep = (rgb(tone) for tone in GROUNDS[ground])
    picture = fade(between(light, deep, 0.2), between(light, deep, 0.95), (SIDE, SIDE))
    window(picture)
    side = -1 if sum(recipe.art.encode()) % 2 else 1
    thing = cut_out(art, turn=recipe.turn - 9 * side, reach=1.0)
    lay(picture, thing, ground, x=0.5 + 0.06 * side, y=0.57)
    return picture


def paper(ground: str, style: int) -> Layer:
    """A sheet or a round tray to lay things on; ``style`` picks which of three."""
    light, deep = (rgb(tone) for tone in GROUNDS[ground])
    tone = between(between(light, deep, 0.12), (255, 255, 255), 0.35)
    if style == 2:
        tray = Image.new("RGBA", (2080, 2080), (*tone, 0))
        ImageDraw.Draw(tray).ellipse((0, 0, 2079, 2079), fill=(*tone, 255))
        return tray.resize((1040, 1040), Image.Resampling.LANCZOS)
    sheet = Image.new("RGBA", (940, 1010), (*tone, 255))
    return sheet.rotate((9, -7)[style], Image.Resampling.BICUBIC, expand=True)


def flat_lay(art: Path, recipe: Recipe) -> Layer:
    """Three of them on a sheet of paper, from above."""
    ground = recipe.grounds[2]
    light, deep = (rgb(tone) for tone in GROUNDS[ground])
    picture = fade(between(light, deep, 0.5), between(light, deep, 0.9), (SIDE, SIDE))
    style = sum(recipe.art.encode()) % 3  # neighbours in a shop should not lie alike
    lay(picture, paper(ground, style), ground, x=0.5, y=0.5)
    side = -1 if style == 1 else 1
    places = ((-0.15, 0.335, 0.46, 14), (0.19, 0.43, 0.36, -16), (-0.035, 0.725, 0.41, -4))
    for (x, y, reach, turn), hue in zip(places, recipe.hues, strict=True):
        thing = cut_out(art, turn=recipe.turn + turn * side, reach=reach, hue=hue)
        lay(picture, thing, ground, x=0.5 + x * side, y=y)
    return picture


def pair(art: Path, prop: Path, recipe: Recipe) -> Layer:
    """The thing and what goes with it, on two blocks of unlike height."""
    ground = recipe.grounds[2]
    picture = backdrop(ground)
    plinth(picture, ground, x=0.755, y=0.69, half=0.19, rise=0.13)
    stand(picture, cut_out(prop, turn=0, reach=0.27), ground, x=0.765, y=0.70)
    plinth(picture, ground, x=0.36, y=0.815, half=0.29, rise=0.06)
    stand(picture, cut_out(art, turn=recipe.turn, reach=0.48), ground, x=0.345, y=0.83)
    return picture


def save(picture: Layer, path: Path, *, limit: int) -> None:
    """Write WebP at the best quality that stays under ``limit`` bytes, but no worse than 55."""
    packed = io.BytesIO()
    for quality in range(85, 54, -6):
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=quality, method=6, use_sharp_yuv=True)
        if packed.tell() <= limit:
            break
    path.write_bytes(packed.getvalue())


def face(look: Face, style: Style) -> Layer:
    avatar = Avatar(
        style,
        {
            "seed": look.head,
            "size": FACE_SIDE,
            "headVariant": [look.head],
            "expressionVariant": [look.expression],
            "maskProbability": 0,
            "accessoriesProbability": 100 if look.accessories else 0,
            "accessoriesVariant": [look.accessories or "glasses"],
            "facialHairProbability": 100 if look.beard else 0,
            "facialHairVariant": [look.beard or "chin"],
            "skinColor": [look.skin],
            "headContrastColor": [look.hair],
            "clothingColor": [look.clothing],
            "backgroundColor": [look.ground],
        },
    )
    drawn = resvg_py.svg_to_bytes(
        svg_string=avatar.to_string(), width=FACE_SIDE * 2, height=FACE_SIDE * 2
    )
    large = Image.open(io.BytesIO(bytes(drawn))).convert("RGB")
    return large.resize((FACE_SIDE, FACE_SIDE), Image.Resampling.LANCZOS)


def main(vectors: Path, wanted: set[str]) -> None:
    style = Style(json.loads((resources.files("dicebear_styles") / "open-peeps.json").read_text()))
    for key, look in FACES.items():
        save(face(look, style), DEMO / "people" / f"{key}.webp", limit=FACE_LIMIT)
    for key, recipe in RECIPES.items():
        if wanted and key not in wanted:
            continue
        art = vectors / f"{recipe.art}.svg"
        prop = vectors / f"{recipe.prop}.svg"
        third = pair(art, prop, recipe) if recipe.prop else flat_lay(art, recipe)
        scenes = (studio(art, recipe), close(art, recipe), third)
        for number, scene in enumerate(scenes, start=1):
            path = DEMO / "pictures" / f"{key}-{number}.webp"
            save(scene, path, limit=PICTURE_LIMIT)


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
