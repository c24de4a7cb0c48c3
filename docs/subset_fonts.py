"""Cut the fonts down to what pages show: weights 400 to 600, and the features that CSS asks for.

    pip install fonttools brotli
    npm pack @fontsource-variable/literata && tar xf fontsource-variable-literata-*.tgz
    python docs/subset_fonts.py package/files

The fonts are two fifths of the first load of a page. Every letter stays: leaders write names.
"""

import sys
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
NAMES = ("literata-latin-wght-normal.woff2", "literata-latin-ext-wght-normal.woff2")
WEIGHTS = (400, 600)
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "pnum", "rvrn", "tnum"]


def main(folder: Path) -> None:
    """Write the fonts into static/fonts."""
    options = subset.Options(layout_features=FEATURES, hinting=False, flavor="woff2")
    for name in NAMES:
        font = TTFont(folder / name)
        font.flavor = None
        instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
        limited = BytesIO()
        font.save(limited)
        font = TTFont(limited)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=font.getBestCmap())
        subsetter.subset(font)
        subset.save_font(font, str(FONTS / name), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
