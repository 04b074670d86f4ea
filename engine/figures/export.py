"""Pictures and tables of a network as files, each read back before it is said to be there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.analysis.analysis import Analysis
from engine.files import write_atomically, write_text
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES = ("canvas", "figure", "table")
TEXTS = (".md", ".tex")
PICTURES = (".svg", ".png", ".pdf")
DPI = 200


class DrawingError(LayerloomError):
    """The file's kind cannot be drawn in this style, or it came out broken."""


def style_for(path: Path, style: str | None) -> str:
    """The style that was asked for, or the one that suits the file. Raises DrawingError."""
    suffix = path.suffix.lower()
    style = style or ("table" if suffix in TEXTS else "figure")
    kinds = (*PICTURES, *TEXTS) if style == "table" else PICTURES
    if suffix not in kinds:
        raise DrawingError("{path}: this style is written as {suffixes}", path=path.name, suffixes=", ".join(kinds))
    return style


def draw(analysis: Analysis, path: str | os.PathLike[str], style: str | None = None, title: str = "") -> None:
    """Write the paper's figure or the table of layers; the suffix decides how.

    Raises DrawingError, WriteError (an old file survives), or what is wrong with the network.
    """
    path = Path(path)
    style = style_for(path, style)
    if style == "figure":
        from engine.figures.figure import paper_figure

        _save(paper_figure(analysis), path)
        return
    from engine.figures.layer_table import layer_table, table_figure, to_latex, to_markdown

    table = layer_table(analysis, title)
    if path.suffix.lower() in TEXTS:
        write_text(path, to_latex(table) if path.suffix.lower() == ".tex" else to_markdown(table))
    else:
        _save(table_figure(table), path)


def _save(figure: Figure, path: Path) -> None:
    from matplotlib import rc_context

    kind = path.suffix.lower().removeprefix(".")
    with rc_context({"pdf.fonttype": 42, "svg.fonttype": "path", "path.simplify": False}):
        write_atomically(path, lambda temporary: figure.savefig(temporary, format=kind, dpi=DPI))
    check_picture(path)


def check_picture(path: Path) -> None:
    """Read a picture back. Raises DrawingError where it is none."""
    try:
        good = {".svg": _is_svg, ".png": _is_png, ".pdf": _is_pdf}[path.suffix.lower()](path)
    except (OSError, ValueError, SyntaxError) as error:
        raise DrawingError("{path} is written, but cannot be read back: {reason}", path=path.name,
                           reason=error) from error
    if not good:
        raise DrawingError("{path} is written, but it is no picture", path=path.name)


def _is_svg(path: Path) -> bool:
    from xml.etree import ElementTree

    root = ElementTree.parse(path).getroot()
    return root.tag.endswith("svg") and len(root) > 0


def _is_png(path: Path) -> bool:
    from PIL import Image

    with Image.open(path) as picture:
        picture.verify()
        return picture.format == "PNG"


def _is_pdf(path: Path) -> bool:
    data = path.read_bytes()
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]
