"""Pictures of screens, kept small and compared as an eye would: what moved is seen, how an edge was smoothed is not.

`make screens` takes the kept pictures again (TAVERNAI_SCREENS=renew); what did not fit lies in review/ afterwards.
"""

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps

from tests.support.requirements import ROOT

KEPT = ROOT / "tests" / "data" / "screens"
REVIEW = ROOT / "review"
FONTS = KEPT / "fonts.json"
SHRINK = 4
COLOUR_BITS = 5
STEP_MIN = 20
"""How many of 255 steps of a colour a point has to differ by to count."""
POINTS_MAX = 12
"""How many points of a small picture may differ: each stands for SHRINK × SHRINK of the screen."""


def renewing() -> bool:
    """Whether the pictures are taken again, not compared."""
    return os.environ.get("TAVERNAI_SCREENS") == "renew"


def small(png: bytes) -> Image.Image:
    """A screenshot as it is kept: each point the mean of SHRINK × SHRINK of the screen, in 32 steps of each colour."""
    whole = Image.open(BytesIO(png)).convert("RGB")
    few = whole.resize((whole.width // SHRINK, whole.height // SHRINK), Image.Resampling.BOX)
    return ImageOps.posterize(few, COLOUR_BITS)


def points_apart(one: Image.Image, other: Image.Image) -> int:
    """How many points differ visibly; all of them when the pictures have not the same size."""
    if one.size != other.size:
        return max(one.width * one.height, other.width * other.height)
    # A little out of focus: an edge that was smoothed otherwise is the same edge.
    soft = [picture.filter(ImageFilter.BoxBlur(0.6)) for picture in (one, other)]
    red, green, blue = ImageChops.difference(*soft).split()
    furthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(furthest.histogram()[STEP_MIN:])


@dataclass(frozen=True)
class Album:
    """The kept pictures of one look, in a folder of its name."""

    name: str

    def kept(self, screen: str) -> Path:
        return KEPT / self.name / f"{screen}.webp"

    def apart(self, screen: str, png: bytes) -> int:
        """How many points this screenshot differs from the kept picture by; -1 when none is kept."""
        path = self.kept(screen)
        if not path.is_file():
            return -1
        with Image.open(path) as kept:
            return points_apart(small(png), kept.convert("RGB"))

    def keep(self, screen: str, png: bytes) -> None:
        """Put this in the kept picture's place, unless they show the same."""
        if 0 <= self.apart(screen, png) <= POINTS_MAX:
            return
        path = self.kept(screen)
        path.parent.mkdir(parents=True, exist_ok=True)
        small(png).save(path, "WEBP", lossless=True, method=6)

    def leave_for_review(self, screen: str, png: bytes) -> Path:
        """The whole screenshot where a person looks for it."""
        path = REVIEW / f"{screen}-{self.name}.png"
        REVIEW.mkdir(exist_ok=True)
        path.write_bytes(png)
        return path
