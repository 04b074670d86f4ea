"""The fonts of the tests: DejaVu alone, whatever the desktop has; one with narrow letters and tall lines, one wide."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

SHIPPED = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono")
FONTS = {  # how wide its letters and how tall its lines are, beside DejaVu's: about Noto Sans', and more than Verdana's
    "usual": (1.0, 1.0), "narrow": (0.85, 1.18), "wide": (1.25, 1.0),
}  # fmt: skip
CHARACTERS = (*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2300), *range(0x2500, 0x2800))
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>
</fontconfig>
"""


def shipped() -> Path:
    """The folder of the fonts that come with matplotlib."""
    spec = find_spec("matplotlib")  # found, not imported: that would take long
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def use_only_ours(folder: Path) -> None:
    """From now on, here and in every process that is started here, DejaVu is the only font. Before Qt starts."""
    fonts = folder / "fonts"
    fonts.mkdir(parents=True)
    for path in shipped().glob("DejaVuSans*.ttf"):
        shutil.copy(path, fonts)
    file = folder / "fonts.conf"
    file.write_text(CONFIGURATION.format(fonts=fonts, cache=folder / "cache"), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(file)
    for name in ("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"):
        os.environ.pop(name, None)


def made(name: str, folder: Path) -> list[Path]:
    """The files of one of the ``FONTS``, made of DejaVu: the families are ``family(name)``."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM"]
    width, height = FONTS[name]
    files = []
    for shape in SHIPPED:
        with TTFont(shipped() / f"{shape}.ttf") as font:
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=CHARACTERS)
            subsetter.subset(font)
            _stretch(font, width)
            _give_room(font, height)
            _rename(font, family(name)[shape.endswith("Mono")])
            files.append(folder / f"{name}-{shape}.ttf")
            font.save(files[-1])
    return files


def family(name: str) -> tuple[str, str]:
    """What the letters and what the numbers of one of the ``FONTS`` are called."""
    own = "DejaVu Sans" if FONTS[name] == (1.0, 1.0) else f"Layerloom {name.capitalize()}"
    return own, f"{own} Mono"


def _stretch(font, width: float) -> None:  # type: ignore[no-untyped-def]  # fontTools has no types
    glyphs, metrics = font["glyf"], font["hmtx"].metrics
    for name in font.getGlyphOrder():
        glyph = glyphs[name]
        if glyph.isComposite():
            for part in glyph.components:
                part.x = round(part.x * width)
        elif glyph.numberOfContours:
            glyph.coordinates.scale((width, 1.0))
            glyph.coordinates.toInt()
    for name, (advance, bearing) in metrics.items():
        glyphs[name].recalcBounds(glyphs)
        metrics[name] = round(advance * width), round(bearing * width)
    font["OS/2"].xAvgCharWidth = round(font["OS/2"].xAvgCharWidth * width)


def _give_room(font, height: float) -> None:  # type: ignore[no-untyped-def]
    for table, names in (("hhea", ("ascent", "descent")), ("OS/2", ("sTypoAscender", "sTypoDescender")),
                         ("OS/2", ("usWinAscent", "usWinDescent"))):
        for name in names:
            setattr(font[table], name, round(getattr(font[table], name) * height))


def _rename(font, family: str) -> None:  # type: ignore[no-untyped-def]
    style = font["name"].getDebugName(2)
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
        elif record.nameID in (3, 4):
            record.string = f"{family} {style}"
        elif record.nameID == 6:
            record.string = f"{family} {style}".replace(" ", "-")
