"""Draw the app's pictures from web/public/icon.svg: plain ones, and maskable ones that a system may cut round.

.venv/bin/python tools/draw_icons.py
"""

import asyncio
import io
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright

PUBLIC = Path(__file__).resolve().parent.parent / "web" / "public"
CHROMIUM = "/usr/bin/chromium"
GROUND = "#944527"
SAFE = 0.72
"""Of a maskable picture's width; what lies outside may be cut away."""
COLOURS = 64

PICTURES = {
    "icon-192.png": (192, 1.0),
    "icon-512.png": (512, 1.0),
    "icon-maskable-192.png": (192, SAFE),
    "icon-maskable-512.png": (512, SAFE),
}
PAGE = """<body style="margin:0;width:{size}px;height:{size}px;display:grid;place-items:center;background:{ground}">
<style>svg{{display:block;width:{inner}px;height:{inner}px}}</style>{svg}</body>"""


async def main() -> None:
    svg = (PUBLIC / "icon.svg").read_text(encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        for name, (size, share) in PICTURES.items():
            (PUBLIC / name).write_bytes(small(await drawn(page, svg, size=size, share=share)))
        await browser.close()


async def drawn(page: Page, svg: str, *, size: int, share: float) -> bytes:
    """The picture as PNG; a maskable one stands on its own colour to the edge, a plain one on nothing."""
    await page.set_viewport_size({"width": size, "height": size})
    ground = GROUND if share < 1 else "transparent"
    await page.set_content(PAGE.format(size=size, inner=round(size * share), ground=ground, svg=svg))
    return await page.screenshot(omit_background=True)


def small(png: bytes) -> bytes:
    """The same picture in few colours."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
