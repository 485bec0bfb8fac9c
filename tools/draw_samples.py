"""Draw the portraits of the characters that come with the product, and put their cards into them.

    python tools/draw_samples.py            writes src/tavernai/characters/samples/*.png

The pictures are vector drawings made here, shape by shape; Chromium paints them, Pillow makes them small. The words are
in tools/samples/*.json. Run it again after changing either; nothing else writes those files.
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
WORDS = ROOT / "tools" / "samples"
PLACE = ROOT / "src" / "tavernai" / "characters" / "samples"
WIDTH, HEIGHT = 400, 500
SCALE = 3
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
        '<circle cx="92" cy="86" r="150" fill="url(#moon)"/><circle cx="92" cy="86" r="27" fill="#e6f2e4" opacity=".92"/>',
        _clouds(dice),
        _houses(dice, base=300, fill="#173646", height=(50, 110), lit=0.12),
        '<rect y="262" width="400" height="60" fill="#8fbcb3" opacity=".2" filter="url(#mist)"/>',
        _houses(dice, base=322, fill="#0d2432", height=(40, 105), lit=0.34),
        _masts(dice),
        '<rect y="318" width="400" height="182" fill="url(#water)"/>',
        _ripples(dice),
        _rain(dice, 90, "#bfe0e0", 0.16),
        _maren(),
        _rain(dice, 60, "#e6f6f2", 0.34),
        _vignette(),
    ))  # fmt: skip


def _maren() -> str:
    return (
        # light of the lantern on the air around it
        '<circle cx="318" cy="352" r="190" fill="url(#flame-wide)"/>'
        # braid behind, then coat
        '<path d="M150 150 C110 190 108 270 122 330 L180 330 L190 200 Z" fill="url(#hair)"/>'
        '<g transform="translate(0 -14)"><path d="M20 520 C26 408 62 372 128 350 L160 330 L250 330 L284 350 C338 370 366 420 374 520 Z" fill="url(#coat)"/>'
        '<path d="M20 520 C26 408 62 372 128 350 L150 520 Z" fill="#0e1926" opacity=".55"/>'
        '<path d="M284 350 C338 370 366 420 374 520 L330 520 C326 430 312 388 284 350 Z" fill="#e8a04a" opacity=".55"/></g>'
        # neck
        '<path d="M170 262 L174 336 C190 356 222 356 240 334 L240 262 Z" fill="#8a4f38"/>'
        '<path d="M206 276 L204 350 C222 352 234 344 240 334 L240 262 Z" fill="#c07a4d"/>'
        '<path d="M172 284 C196 312 224 308 240 282 L240 298 C224 322 192 322 173 304 Z" fill="#5d2f26" opacity=".6"/>'
        # scarf and collar
        '<g transform="translate(0 -14)"><path d="M148 326 C176 352 232 354 262 322 L274 348 C240 384 170 384 138 352 Z" fill="url(#scarf)"/>'
        '<path d="M150 340 C178 366 232 366 268 338" fill="none" stroke="#2c0f1a" stroke-width="3" opacity=".45"/>'
        '<path d="M138 340 L112 372 L172 452 L196 384 C170 382 150 368 138 352 Z" fill="#152433"/>'
        '<path d="M272 336 L300 364 L236 456 L206 384 C236 382 258 368 274 348 Z" fill="#94602c"/>'
        '<path d="M272 336 L300 364 L236 456 L232 446 L290 366 L268 342 Z" fill="#f2b45e"/>'
        '<path d="M201 390 L203 500" stroke="#0c1722" stroke-width="4"/>'
        '<circle cx="218" cy="438" r="5.5" fill="#e9b765"/><circle cx="217" cy="474" r="5.5" fill="#d79c4c"/></g>'
        # head: shadow side, light side
        '<path d="M148 190 C144 132 178 102 208 104 C246 106 266 140 262 192 C260 236 240 284 206 290'
        ' C176 288 152 240 148 190 Z" fill="url(#skin)"/>'
        '<path d="M148 190 C144 150 162 116 190 107 C176 150 186 178 184 204 C182 222 190 232 190 240'
        ' C186 262 192 278 206 290 C176 288 152 240 148 190 Z" fill="#5f3029" opacity=".5"/>'
        # ear and its ring
        '<path d="M260 196 C270 190 276 200 272 214 C269 226 262 232 257 226 Z" fill="#e39b66"/>'
        '<circle cx="265" cy="233" r="4" fill="none" stroke="#ffe2a0" stroke-width="2"/>'
        # brows, eyes
        '<path d="M163 187 C170 180 182 180 190 185" fill="none" stroke="#2a1210" stroke-width="4" stroke-linecap="round"/>'
        '<path d="M214 185 C224 179 238 180 246 188" fill="none" stroke="#3a1912" stroke-width="4" stroke-linecap="round"/>'
        '<path d="M166 202 C172 195 183 195 189 203 C183 207 172 207 166 202 Z" fill="#d9c6b4"/>'
        '<path d="M216 203 C222 195 235 195 241 202 C235 208 222 208 216 203 Z" fill="#fff1dc"/>'
        '<circle cx="179" cy="201" r="4.4" fill="#1d3c42"/><circle cx="230" cy="201" r="4.6" fill="#28606a"/>'
        '<circle cx="179" cy="201" r="2" fill="#0a1416"/><circle cx="230" cy="201" r="2.1" fill="#0a1416"/>'
        '<circle cx="181" cy="199" r="1.2" fill="#fff"/><circle cx="232" cy="199" r="1.4" fill="#fff"/>'
        '<path d="M164 202 C172 193 184 193 191 203" fill="none" stroke="#1c0c0c" stroke-width="2.6" stroke-linecap="round"/>'
        '<path d="M214 203 C222 193 236 193 244 201" fill="none" stroke="#24100c" stroke-width="2.6" stroke-linecap="round"/>'
        '<path d="M219 211 C226 214 234 213 239 209" fill="none" stroke="#a9603f" stroke-width="1.5" opacity=".7"/>'
        # nose, mouth, cheek
        '<path d="M203 196 C200 214 194 226 193 233 C197 239 207 239 212 235 C206 226 205 212 206 196 Z"'
        ' fill="#6f3a2c" opacity=".45"/>'
        '<path d="M194 234 C199 240 209 240 215 234" fill="none" stroke="#5a2a20" stroke-width="2" stroke-linecap="round"/>'
        '<path d="M184 257 C194 251 200 253 205 255 C211 252 219 251 229 255 C222 261 192 263 184 257 Z" fill="#8d3230"/>'
        '<path d="M186 258 C196 261 216 261 227 256 C220 270 196 271 186 258 Z" fill="#b84a40"/>'
        '<path d="M206 264 C212 264 218 262 222 260" fill="none" stroke="#e58a70" stroke-width="1.6" opacity=".8"/>'
        '<path d="M229 254 C232 251 234 249 235 246" fill="none" stroke="#8d4a36" stroke-width="1.6"/>'
        '<ellipse cx="240" cy="228" rx="14" ry="9" fill="#ff9a6a" opacity=".28"/>'
        '<g fill="#8c4a30" opacity=".55"><circle cx="228" cy="221" r="1.2"/><circle cx="234" cy="224" r="1.1"/>'
        '<circle cx="241" cy="221" r="1.1"/><circle cx="222" cy="226" r="1"/></g>'
        # hair over the brow, lit strands, braid in front
        '<path d="M140 214 C128 150 150 92 208 88 C262 86 286 128 270 202 C266 176 258 158 244 146'
        ' C214 156 178 150 166 140 C152 160 150 190 152 216 C150 232 146 230 140 214 Z" fill="url(#hair)"/>'
        '<path d="M206 92 C252 90 278 124 270 186 C264 146 246 112 206 92 Z" fill="#d9743a" opacity=".75"/>'
        '<path d="M170 138 C196 124 228 122 248 144 M160 152 C158 122 182 100 214 98" fill="none" stroke="#c4602e"'
        ' stroke-width="2.2" opacity=".55" stroke-linecap="round"/>' + _braid() + _lantern()
    )


def _braid() -> str:
    knots = [(146, 232), (140, 256), (136, 281), (134, 306), (135, 331), (138, 355), (142, 378)]
    drawn = "".join(
        f'<path d="M{x - 15} {y} C{x - 16} {y + 18} {x - 4} {y + 26} {x + 2} {y + 27} C{x + 14} {y + 20} {x + 17} {y + 6}'
        f' {x + 13} {y - 3} C{x + 4} {y + 8} {x - 6} {y + 8} {x - 15} {y} Z" fill="{fill}"/>'
        f'<path d="M{x + 3} {y + 24} C{x + 12} {y + 18} {x + 14} {y + 8} {x + 12} {y}" fill="none" stroke="#c65f2c"'
        ' stroke-width="2.4" opacity=".8" stroke-linecap="round"/>'
        for (x, y), fill in zip(
            knots, ["#3b1a17", "#43201a", "#3b1a17", "#43201a", "#3b1a17", "#43201a", "#3b1a17"], strict=True
        )
    )
    return drawn + (
        '<path d="M132 402 L158 400 L156 410 L134 411 Z" fill="#5f8f8a"/>'
        '<path d="M134 411 L156 410 C156 428 150 440 143 446 C138 436 134 424 134 411 Z" fill="#3b1a17"/>'
    )


def _lantern() -> str:
    return (
        '<circle cx="318" cy="372" r="120" fill="url(#flame)" opacity=".8"/>'
        # the hand that holds it up
        '<path d="M330 500 C338 456 342 420 338 392 L306 388 C296 420 292 460 290 500 Z" fill="#c9842f"/>'
        '<path d="M304 396 L340 400 L341 412 L302 408 Z" fill="#7c4f22"/>'
        '<path d="M302 330 C302 300 336 300 336 330" fill="none" stroke="#2a1d14" stroke-width="4"/>'
        '<path d="M300 330 L338 330 L332 322 L306 322 Z" fill="#3d2a1a"/>'
        '<rect x="303" y="330" width="32" height="50" rx="3" fill="#ffe9b5"/>'
        '<path d="M319 340 C330 354 326 372 319 374 C312 372 308 354 319 340 Z" fill="#ff9f2e"/>'
        '<path d="M319 352 C325 360 323 371 319 373 C315 371 313 360 319 352 Z" fill="#fffbe6"/>'
        '<path d="M303 330 V380 M335 330 V380 M319 330 V340 M303 355 H309 M329 355 H335" stroke="#3d2a1a" stroke-width="3"/>'
        '<path d="M298 380 L340 380 L336 390 L302 390 Z" fill="#3d2a1a"/>'
        '<path d="M300 391 C296 398 300 408 308 410 C318 413 332 412 340 406 C344 398 342 391 338 389 Z" fill="#eba868"/>'
        '<path d="M310 391 V410 M320 391 V412 M330 390 V410" stroke="#a2602f" stroke-width="1.8" opacity=".7"/>'
    )


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
        for wx in range(x + 8, x + width - 10, 12):
            for wy in range(top + 10, base - 14, 18):
                if dice.random() < lit:
                    out.append(f'<rect x="{wx}" y="{wy}" width="5.5" height="8" rx="1" fill="#ffc66b" opacity=".9"/>')
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
            f'<path d="M{x + lean} {top} L{x - 30} 330 M{x + lean} {top} L{x + 32} 330" stroke="#07151f" stroke-width="1"/>'
        )
    return (
        "".join(out)
        + '<path d="M-10 318 C20 338 70 340 104 318 L96 346 H0 Z M316 318 C344 340 390 340 420 318 V346 H326 Z" fill="#07151f"/>'
    )


def _ripples(dice: random.Random) -> str:
    return "".join(
        f'<rect x="{dice.randrange(-20, 380)}" y="{dice.randrange(324, 470)}" width="{dice.randrange(14, 60)}" height="1.6" '
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
        '<circle cx="300" cy="96" r="170" fill="url(#sun)"/>'
        '<circle cx="306" cy="104" r="56" fill="url(#planet)"/>'
        '<path d="M253 96 C276 104 334 104 359 92 M254 116 C280 126 338 124 358 112" fill="none" stroke="#fff" '
        'stroke-width="3" opacity=".22"/>'
        '<path d="M216 132 C262 128 360 98 398 66" fill="none" stroke="#fdeed0" stroke-width="7" opacity=".75"/>'
        '<path d="M214 141 C262 137 362 106 402 72" fill="none" stroke="#c98f6f" stroke-width="2.5" opacity=".6"/>',
        _dome(),
        '<rect y="300" width="400" height="70" fill="#fff3cf" opacity=".4" filter="url(#mist)"/>',
        _trees(dice, y=352, colours=("#5a9c72", "#6fb07d", "#4b8d68"), size=(30, 44), fruit=False),
        _trees(dice, y=398, colours=("#2f7d52", "#3f9160", "#277049"), size=(36, 54), fruit=True),
        '<path d="M0 410 C100 388 300 388 400 412 V500 H0 Z" fill="url(#ground)"/>',
        _tansy(),
        _leaves(dice),
        _motes(dice),
        _vignette("#17324a", 0.3),
    ))  # fmt: skip


def _tansy() -> str:
    return (
        '<ellipse cx="200" cy="500" rx="150" ry="26" fill="#0d3026" opacity=".5" filter="url(#soft)"/>'
        # arms behind the apron
        '<path d="M118 372 C84 388 76 430 92 468" fill="none" stroke="#9db5a3" stroke-width="24" stroke-linecap="round"/>'
        '<path d="M118 372 C86 388 79 428 94 464" fill="none" stroke="#eef4e8" stroke-width="13" stroke-linecap="round"/>'
        '<path d="M282 372 C322 372 340 342 330 306" fill="none" stroke="#8fa997" stroke-width="24" stroke-linecap="round"/>'
        '<path d="M282 370 C318 370 334 342 326 308" fill="none" stroke="#f7fbf2" stroke-width="13" stroke-linecap="round"/>'
        # body
        '<path d="M118 356 C116 330 144 318 200 318 C256 318 284 330 282 356 L296 500 H104 Z" fill="url(#shell)"/>'
        '<path d="M118 356 C116 330 144 318 160 320 C140 380 138 440 140 500 H104 Z" fill="#a9c0ae" opacity=".65"/>'
        '<path d="M136 372 C160 388 240 388 264 372 L276 500 H124 Z" fill="#c76b43"/>'
        '<path d="M136 372 C160 388 240 388 264 372 L266 388 C240 404 160 404 135 388 Z" fill="#e08a58"/>'
        '<path d="M160 430 H240 L236 476 C220 486 180 486 164 476 Z" fill="#a9532f"/>'
        '<path d="M160 430 H240" stroke="#f0b27e" stroke-width="3" stroke-dasharray="6 5"/>'
        '<path d="M176 430 C170 404 180 398 184 412 M190 430 C190 396 204 396 203 430 M222 430 C232 402 220 398 216 414"'
        ' fill="none" stroke="#3f9160" stroke-width="4" stroke-linecap="round"/>'
        '<path d="M226 432 L234 396 L240 398 L234 432 Z" fill="#b8cbd0"/><path d="M231 396 h12 l-2 -16 h-8 Z" fill="#7b4a2c"/>'
        # neck
        '<rect x="174" y="294" width="52" height="30" rx="8" fill="#8fa997"/>'
        '<path d="M176 302 H224 M176 311 H224" stroke="#6f8a7a" stroke-width="3"/>'
        '<path d="M136 330 C160 344 240 344 264 330 C262 318 240 312 200 312 C160 312 138 318 136 330 Z" fill="#dfe9da"/>'
        # head
        '<rect x="104" y="160" width="192" height="142" rx="62" fill="url(#shell)"/>'
        '<path d="M104 222 C104 186 132 160 166 160 H184 C142 168 130 204 132 240 C134 274 152 296 186 302 H166'
        ' C132 302 104 276 104 240 Z" fill="#a9c0ae" opacity=".7"/>'
        '<path d="M232 166 C266 168 286 190 288 218" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".9"/>'
        '<rect x="92" y="206" width="22" height="52" rx="11" fill="#c76b43"/><rect x="286" y="206" width="22" height="52" rx="11" fill="#e08a58"/>'
        # face
        '<rect x="126" y="188" width="148" height="90" rx="42" fill="url(#face)"/>'
        '<path d="M150 194 H214 C180 202 152 224 146 256 C136 240 128 212 150 194 Z" fill="#fff" opacity=".07"/>'
        '<circle cx="168" cy="230" r="30" fill="url(#eye)" opacity=".5"/><circle cx="232" cy="230" r="30" fill="url(#eye)" opacity=".5"/>'
        '<ellipse cx="168" cy="230" rx="13" ry="16" fill="#ffe27a"/><ellipse cx="232" cy="230" rx="13" ry="16" fill="#ffe27a"/>'
        '<circle cx="172" cy="224" r="4.4" fill="#fffdf0"/><circle cx="236" cy="224" r="4.4" fill="#fffdf0"/>'
        '<path d="M186 256 C194 264 206 264 214 256" fill="none" stroke="#ffe27a" stroke-width="4" stroke-linecap="round"/>'
        '<ellipse cx="146" cy="252" rx="9" ry="5" fill="#ff9a7a" opacity=".55"/><ellipse cx="254" cy="252" rx="9" ry="5" fill="#ff9a7a" opacity=".55"/>'
        # straw hat
        '<path d="M78 176 C118 150 282 150 322 176 C300 196 100 196 78 176 Z" fill="#d9a652"/>'
        '<path d="M78 176 C118 158 282 158 322 176 C282 168 118 168 78 176 Z" fill="#f3cd7e"/>'
        '<path d="M130 166 C132 116 160 98 200 98 C240 98 268 116 270 166 C240 176 160 176 130 166 Z" fill="#e9bd68"/>'
        '<path d="M130 166 C132 116 160 98 184 99 C160 116 154 146 158 171 C146 170 138 169 130 166 Z" fill="#c8923f" opacity=".7"/>'
        '<path d="M131 152 C160 164 240 164 269 152 L270 166 C240 177 160 177 130 166 Z" fill="#3f7f74"/>'
        # the sprout that grows out of it
        '<path d="M214 100 C212 78 220 62 234 50" fill="none" stroke="#3f9160" stroke-width="4.5" stroke-linecap="round"/>'
        '<path d="M216 82 C190 82 178 66 178 48 C200 46 216 58 216 82 Z" fill="#57b06a"/>'
        '<path d="M228 60 C226 36 244 22 266 22 C268 46 252 60 228 60 Z" fill="#7fce74"/>'
        '<path d="M216 82 C206 70 194 58 182 51 M228 60 C240 48 252 36 262 26" fill="none" stroke="#2f7d4f" stroke-width="1.6" opacity=".6"/>'
        # the hand with a visitor on it
        '<circle cx="328" cy="300" r="17" fill="#dfe9da"/><circle cx="325" cy="297" r="11" fill="#fff" opacity=".7"/>'
        + _bird()
    )


def _bird() -> str:
    return (
        '<path d="M308 282 C300 262 312 240 334 240 C352 240 360 254 356 270 C352 284 326 292 308 282 Z" fill="#2b6cb0"/>'
        '<path d="M312 280 C310 268 318 258 332 258 C346 258 352 268 350 274 C344 286 324 288 312 280 Z" fill="#f6c28b"/>'
        '<path d="M318 272 C306 276 294 290 288 304 C304 304 320 294 330 282 Z" fill="#1d4f8c"/>'
        '<circle cx="342" cy="253" r="3.2" fill="#0b1d2e"/><circle cx="343" cy="252" r="1" fill="#fff"/>'
        '<path d="M356 254 L368 258 L355 262 Z" fill="#e0952f"/>'
        '<path d="M330 286 V296 M338 285 V294" stroke="#a0642b" stroke-width="2"/>'
    )


def _dome() -> str:
    ribs = "".join(f'<path d="M200 -60 C{200 + side * 60} 80 {200 + side * 130} 220 {200 + side * 190} 420" '
                   'fill="none" stroke="#eaf4ee" stroke-width="3" opacity=".4"/>' for side in (-1.5, -0.75, 0.75, 1.5))  # fmt: skip
    rings = "".join(
        f'<path d="M-20 {y} C100 {y - 34} 300 {y - 34} 420 {y}" fill="none" stroke="#eaf4ee" stroke-width="2.4" opacity=".34"/>'
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
            f'<g transform="translate({x} 512) rotate({turn})"><path d="M0 0 C{-24} {-long * 0.4:.0f} {-14} {-long * 0.8:.0f} 0 {-long}'
            f' C14 {-long * 0.8:.0f} 24 {-long * 0.4:.0f} 0 0 Z" fill="{dice.choice(["#1f6b47", "#2f8a56", "#175a40"])}"/>'
            f'<path d="M0 0 V{-long + 8}" stroke="#7fce74" stroke-width="1.6" opacity=".5"/></g>'
        )
    return "".join(out)


def _stars(dice: random.Random) -> str:
    return "".join(
        f'<circle cx="{dice.randrange(0, 400)}" cy="{dice.randrange(0, 180)}" r="{dice.uniform(0.5, 1.5):.1f}" fill="#fff" opacity=".7"/>'
        for _ in range(46)
    )


def _motes(dice: random.Random) -> str:
    return "".join(
        f'<circle cx="{dice.randrange(10, 390)}" cy="{dice.randrange(180, 480)}" r="{dice.uniform(0.8, 2.4):.1f}" fill="#fff3b0" '
        f'opacity="{dice.uniform(0.3, 0.8):.2f}"/>'
        for _ in range(34)
    )


def _rect(fill: str) -> str:
    return f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{fill}"/>'


def _vignette(colour: str = "#040b12", opacity: float = 0.55) -> str:
    return (
        f'<defs><radialGradient id="edge" cx=".5" cy=".45" r=".78"><stop offset=".62" stop-color="{colour}" stop-opacity="0"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="{opacity}"/></radialGradient></defs>{_rect("url(#edge)")}'
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
    return f'<filter id="{name}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="{by}"/></filter>'


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
    return Image.open(BytesIO(shot)).convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


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
        card = new_card(json.loads((WORDS / f"{name}.json").read_text(encoding="utf-8")), Repairs())
        words = len(export_png(card, b""))
        data = export_png(card, as_png(painted(draw()), bytes_max=BYTES_MAX - words))
        (PLACE / f"{name}.png").write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
        too_large = too_large or len(data) >= BYTES_MAX
    return int(too_large)


if __name__ == "__main__":
    sys.exit(main())
