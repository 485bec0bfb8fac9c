"""Draw the portraits of the characters that come with the product, and put their cards into them.

    python tools/draw_samples.py            writes src/tavernai/characters/samples/*.png

The pictures are vector drawings made here, shape by shape; Chromium paints them, Pillow makes them small. Figures
(SVG) and words (JSON) lie in tools/samples/. Run it again after changing either; nothing else writes those files.
"""

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tavernai.characters.domain.card import new_card
from tavernai.characters.domain.export import export_png
from tavernai.characters.domain.repairs import Repairs

ROOT = Path(__file__).resolve().parents[1]
DRAWN = ROOT / "tools" / "samples"
PLACE = ROOT / "src" / "tavernai" / "characters" / "samples"
WIDTH, HEIGHT = 400, 500
SCALE = 3
SIZE = (440, 550)
COLOURS = 256
BYTES_MAX = 150_000


def harbour() -> str:
    """A landlady with a lantern on a quay at night: cold rain behind her, warm light on her."""
    dice = random.Random(7)
    return "".join((
        _defs(
            _down("sky", "#0d1c2e", "#1d4557", "#4b7f83"),
            _down("water", "#24525c", "#0a1a28"),
            _glow("moon", "#d9efe2", 0.75),
            _glow("flame", "#ffd58a", 0.95),
            _glow("flame-wide", "#ff9d3c", 0.85),
            _across("skin", "#7d4a3a", "#c77d52", "#f3b57c"),
            _across("coat", "#1a2a3a", "#46505a", "#b9772f"),
            _across("hair", "#1c0f12", "#4d2019", "#a54d24"),
            _across("scarf", "#3a1420", "#7e2430", "#c2493a"),
            _blurred("soft", 2.2),
            _blurred("mist", 14),
        ),
        _rect("url(#sky)"),
        (
            '<circle cx="92" cy="86" r="150" fill="url(#moon)"/><circle cx="92" cy="86" r="27" '
            'fill="#e6f2e4" opacity=".92"/>'
        ),
        _clouds(dice),
        _houses(dice, base=300, fill="#173646", height=(50, 110), lit=0.12),
        '<rect y="262" width="400" height="60" fill="#8fbcb3" opacity=".2" filter="url(#mist)"/>',
        _houses(dice, base=322, fill="#0d2432", height=(40, 105), lit=0.34),
        _masts(dice),
        '<rect y="318" width="400" height="182" fill="url(#water)"/>',
        _ripples(dice),
        _rain(dice, 90, "#bfe0e0", 0.16),
        _figure("maren-tolliver"),
        _rain(dice, 60, "#e6f6f2", 0.34),
        _vignette(),
    ))  # fmt: skip


def _clouds(dice: random.Random) -> str:
    parts = [
        f'<ellipse cx="{dice.randrange(-40, 440)}" cy="{dice.randrange(40, 210)}" rx="{dice.randrange(60, 130)}" '
        f'ry="{dice.randrange(8, 20)}" fill="{dice.choice(["#12303f", "#0f2636", "#2b5a66"])}" opacity=".5"/>'
        for _ in range(14)
    ]
    return f'<g filter="url(#mist)">{"".join(parts)}</g>'


def _houses(dice: random.Random, *, base: int, fill: str, height: tuple[int, int], lit: float) -> str:
    out, x = [], -20
    while x < 420:
        width, tall = dice.randrange(28, 54), dice.randrange(*height)
        top = base - tall
        roof = dice.randrange(12, 26)
        out.append(
            f'<path d="M{x} {base} V{top} L{x + width / 2} {top - roof} L{x + width} {top} V{base} Z" fill="{fill}"/>'
            f'<rect x="{x + width * 0.68}" y="{top - roof}" width="6" height="{roof}" fill="{fill}"/>'
        )
        out += [
            f'<rect x="{wx}" y="{wy}" width="5.5" height="8" rx="1" fill="#ffc66b" opacity=".9"/>'
            for wx in range(x + 8, x + width - 10, 12)
            for wy in range(top + 10, base - 14, 18)
            if dice.random() < lit
        ]
        x += width - 4
    return "".join(out)


def _masts(dice: random.Random) -> str:
    out = []
    for x, top in ((28, 176), (66, 208), (352, 190), (384, 160)):
        lean = dice.randrange(-4, 5)
        out.append(
            f'<path d="M{x} 330 L{x + lean} {top}" stroke="#07151f" stroke-width="3.4"/>'
            f'<path d="M{x - 20} {top + 44} L{x + 22} {top + 40} M{x - 14} {top + 80} L{x + 17} {top + 77}" '
            'stroke="#07151f" stroke-width="2.4"/>'
            f'<path d="M{x + lean} {top} L{x - 30} 330 M{x + lean} {top} L{x + 32} 330" stroke="#07151f" '
            f'stroke-width="1"/>'
        )
    hulls = "M-10 318 C20 338 70 340 104 318 L96 346 H0 Z M316 318 C344 340 390 340 420 318 V346 H326 Z"
    return f'{"".join(out)}<path d="{hulls}" fill="#07151f"/>'


def _ripples(dice: random.Random) -> str:
    return "".join(
        f'<rect x="{dice.randrange(-20, 380)}" y="{dice.randrange(324, 470)}" '
        f'width="{dice.randrange(14, 60)}" height="1.6" '
        f'rx=".8" fill="{dice.choice(["#ffc66b", "#9fd0c8", "#9fd0c8"])}" opacity="{dice.uniform(0.12, 0.5):.2f}"/>'
        for _ in range(60)
    )


def _rain(dice: random.Random, drops: int, colour: str, opacity: float) -> str:
    lines = []
    for _ in range(drops):
        x, y, length = dice.randrange(-20, 430), dice.randrange(-40, 500), dice.randrange(14, 40)
        lines.append(f"M{x} {y} l{-length * 0.22:.1f} {length}")
    return (
        f'<path d="{" ".join(lines)}" stroke="{colour}" stroke-width="1.1" opacity="{opacity}" stroke-linecap="round"/>'
    )


def orchard() -> str:
    """A gardening robot in a glass orchard between the stars, in the light of a morning that is switched on."""
    dice = random.Random(11)
    return "".join((
        _defs(
            _down("sky", "#20466f", "#6fb0b6", "#f7dfae"),
            _glow("sun", "#fff3cf", 0.95),
            _down("planet", "#f3b48b", "#c9697a", "#6b4a7d"),
            _across("shell", "#e9f0e2", "#ffffff", "#cfdccd"),
            _across("shell-dark", "#b8cbb9", "#dfe9da", "#9db5a3"),
            _down("face", "#123f49", "#0b2831"),
            _glow("eye", "#ffe27a", 1.0),
            _across("leaf", "#2f7d4f", "#6cc069"),
            _down("ground", "#3e7f4b", "#1d4d39"),
            _blurred("mist", 12),
            _blurred("soft", 2.5),
        ),
        _rect("url(#sky)"),
        _stars(dice),
        ('<circle cx="300" cy="96" r="170" fill="url(#sun)"/>'
        '<circle cx="306" cy="104" r="56" fill="url(#planet)"/>'
        '<path d="M253 96 C276 104 334 104 359 92 M254 116 C280 126 338 124 358 112" fill="none" stroke="#fff" '
        'stroke-width="3" opacity=".22"/>'
        '<path d="M216 132 C262 128 360 98 398 66" fill="none" stroke="#fdeed0" stroke-width="7" opacity=".75"/>'
        '<path d="M214 141 C262 137 362 106 402 72" fill="none" stroke="#c98f6f" stroke-width="2.5" opacity=".6"/>'),
        _dome(),
        '<rect y="300" width="400" height="70" fill="#fff3cf" opacity=".4" filter="url(#mist)"/>',
        _trees(dice, y=352, colours=("#5a9c72", "#6fb07d", "#4b8d68"), size=(30, 44), fruit=False),
        _trees(dice, y=398, colours=("#2f7d52", "#3f9160", "#277049"), size=(36, 54), fruit=True),
        '<path d="M0 410 C100 388 300 388 400 412 V500 H0 Z" fill="url(#ground)"/>',
        _figure("tansy-nine"),
        _leaves(dice),
        _motes(dice),
        _vignette("#17324a", 0.3),
    ))  # fmt: skip


def _dome() -> str:
    ribs = "".join(
        f'<path d="M200 -60 C{200 + side * 60} 80 {200 + side * 130} 220 {200 + side * 190} 420" '
        'fill="none" stroke="#eaf4ee" stroke-width="3" opacity=".4"/>'
        for side in (-1.5, -0.75, 0.75, 1.5)
    )
    rings = "".join(
        f'<path d="M-20 {y} C100 {y - 34} 300 {y - 34} 420 {y}" fill="none" stroke="#eaf4ee" '
        f'stroke-width="2.4" opacity=".34"/>'
        for y in (70, 160, 250, 330)
    )
    return ribs + rings


def _trees(dice: random.Random, *, y: int, colours: tuple[str, ...], size: tuple[int, int], fruit: bool) -> str:
    out = []
    for x in range(-10, 430, 46):
        r, colour = dice.randrange(*size), dice.choice(colours)
        top = y - r - dice.randrange(0, 16)
        out.append(f'<rect x="{x - 4}" y="{top}" width="8" height="{y - top + 30}" fill="#5b4433"/>')
        for dx, dy, part in ((0, 0, 1.0), (-0.6, 0.3, 0.7), (0.6, 0.25, 0.72)):
            out.append(f'<circle cx="{x + dx * r:.0f}" cy="{top + dy * r:.0f}" r="{r * part:.0f}" fill="{colour}"/>')
        out.append(
            f'<circle cx="{x + r * 0.25:.0f}" cy="{top - r * 0.3:.0f}" r="{r * 0.5:.0f}" fill="#d8efa0" opacity=".22"/>'
        )
        if fruit:
            out += [
                f'<circle cx="{x + dice.randrange(-r, r)}" cy="{top + dice.randrange(-r // 2, r // 2)}" r="4.2" '
                f'fill="{dice.choice(["#f28c38", "#e9573f", "#ffc857"])}"/>'
                for _ in range(6)
            ]
    return "".join(out)


def _leaves(dice: random.Random) -> str:
    out = []
    for x, turn in ((-6, 20), (20, 48), (52, 70), (348, -70), (378, -46), (404, -22), (6, 8), (396, -8)):
        long = dice.randrange(84, 132)
        out.append(
            f'<g transform="translate({x} 512) rotate({turn})"><path d="M0 0 C{-24} {-long * 0.4:.0f} '
            f"{-14} {-long * 0.8:.0f} 0 {-long}"
            f' C14 {-long * 0.8:.0f} 24 {-long * 0.4:.0f} 0 0 Z" '
            f'fill="{dice.choice(["#1f6b47", "#2f8a56", "#175a40"])}"/>'
            f'<path d="M0 0 V{-long + 8}" stroke="#7fce74" stroke-width="1.6" opacity=".5"/></g>'
        )
    return "".join(out)


def _stars(dice: random.Random) -> str:
    return "".join(
        f'<circle cx="{dice.randrange(0, 400)}" cy="{dice.randrange(0, 180)}" '
        f'r="{dice.uniform(0.5, 1.5):.1f}" fill="#fff" opacity=".7"/>'
        for _ in range(46)
    )


def _motes(dice: random.Random) -> str:
    return "".join(
        f'<circle cx="{dice.randrange(10, 390)}" cy="{dice.randrange(180, 480)}" '
        f'r="{dice.uniform(0.8, 2.4):.1f}" fill="#fff3b0" '
        f'opacity="{dice.uniform(0.3, 0.8):.2f}"/>'
        for _ in range(34)
    )


def _figure(name: str) -> str:
    """What stands in front, drawn by hand in a file of its own."""
    return (DRAWN / f"{name}.svg").read_text(encoding="utf-8").replace("<svg ", '<svg width="400" height="500" ', 1)


def _rect(fill: str) -> str:
    return f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{fill}"/>'


def _vignette(colour: str = "#040b12", opacity: float = 0.55) -> str:
    return (
        f'<defs><radialGradient id="edge" cx=".5" cy=".45" r=".78"><stop offset=".62" '
        f'stop-color="{colour}" stop-opacity="0"/>'
        f'<stop offset="1" stop-color="{colour}" '
        f'stop-opacity="{opacity}"/></radialGradient></defs>{_rect("url(#edge)")}'
    )


def _defs(*parts: str) -> str:
    return f"<defs>{''.join(parts)}</defs>"


def _down(name: str, *colours: str) -> str:
    return _linear(name, "0", "1", colours)


def _across(name: str, *colours: str) -> str:
    return _linear(name, "1", ".25", colours)


def _linear(name: str, x2: str, y2: str, colours: tuple[str, ...]) -> str:
    last = len(colours) - 1
    stops = "".join(f'<stop offset="{n / last:.2f}" stop-color="{colour}"/>' for n, colour in enumerate(colours))
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{stops}</linearGradient>'


def _glow(name: str, colour: str, opacity: float) -> str:
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="{opacity}"/>'
        f'<stop offset=".45" stop-color="{colour}" stop-opacity="{opacity * 0.35:.2f}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
    )


def _blurred(name: str, by: float) -> str:
    return (
        f'<filter id="{name}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur '
        f'stdDeviation="{by}"/></filter>'
    )


PORTRAITS: dict[str, Callable[[], str]] = {"maren-tolliver": harbour, "tansy-nine": orchard}
"""File name of a sample (and of its words), and who draws it."""


def painted(shapes: str) -> Image.Image:
    """The drawing in pixels, painted large and made small so that its edges are smooth."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' style="display:block">{shapes}</svg>'
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        page.set_content(f'<body style="margin:0">{svg}</body>')
        shot = page.screenshot()
        browser.close()
    return Image.open(BytesIO(shot)).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def as_png(picture: Image.Image, *, bytes_max: int) -> bytes:
    """A small PNG: every colour when that fits, else the best 256 with the steps between them scattered."""
    palette = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    made = b""
    for one in (picture, picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)):
        out = BytesIO()
        one.save(out, "PNG", optimize=True)
        made = out.getvalue()
        if len(made) <= bytes_max:
            break
    return made


def main() -> int:
    """Write every sample; 1 when one is too large to ship."""
    PLACE.mkdir(parents=True, exist_ok=True)
    too_large = False
    for name, draw in PORTRAITS.items():
        card = new_card(json.loads((DRAWN / f"{name}.json").read_text(encoding="utf-8")), Repairs())
        words = len(export_png(card, b""))
        data = export_png(card, as_png(painted(draw()), bytes_max=BYTES_MAX - words))
        (PLACE / f"{name}.png").write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
        too_large = too_large or len(data) >= BYTES_MAX
    return int(too_large)


if __name__ == "__main__":
    sys.exit(main())
