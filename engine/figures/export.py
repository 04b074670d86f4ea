"""Pictures and tables of a network as files, each read back before it is said to be there. One row a kind of file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.analysis.analysis import Analysis
from engine.figures.layer_table import layer_table, to_latex, to_markdown
from engine.files import write_bytes, write_text
from engine.formats import Format, format_of, suffixes
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Style = Literal["canvas", "figure", "table"]
DPI = 200


class DrawingError(LayerloomError):
    """The file's kind cannot be drawn in this style, or it came out broken."""


class Drawn(NamedTuple):
    """What is drawn, and how."""

    analysis: Analysis
    style: str
    title: str


@dataclass(frozen=True)
class DrawingFormat(Format):
    """A kind of file for pictures or tables; a canvas is painted by the window itself."""

    styles: tuple[Style, ...]
    write: Callable[[Drawn, Path], None]
    is_good: Callable[[Path], bool]  # read back; may raise OSError, ValueError or SyntaxError instead


def written_as(style: str) -> tuple[DrawingFormat, ...]:
    """The kinds of files that the style can be."""
    return tuple(each for each in FORMATS if style in each.styles)


def style_for(path: Path, style: str | None) -> str:
    """The style that was asked for, or the one that suits the file. Raises DrawingError."""
    kind = format_of(path, FORMATS)
    style = style or ("table" if kind is not None and "figure" not in kind.styles else "figure")
    if kind is None or style not in kind.styles:
        raise DrawingError("{path}: this style is written as {suffixes}", path=path.name,
                           suffixes=suffixes(written_as(style)))
    return style


def draw(analysis: Analysis, path: str | os.PathLike[str], style: str | None = None, title: str = "") -> None:
    """Write the paper's figure or the table of layers; the suffix decides how.

    Raises DrawingError, WriteError (an old file survives), or what is wrong with the network.
    """
    path = Path(path)
    style = style_for(path, style)
    kind = format_of(path, FORMATS)
    assert kind is not None
    kind.write(Drawn(analysis, style, title), path)
    check_picture(path)


def check_picture(path: Path) -> None:
    """Read a picture or a table back. Raises DrawingError where it is none."""
    kind = format_of(path, FORMATS)
    try:
        good = kind is not None and kind.is_good(path)
    except (OSError, ValueError, SyntaxError) as error:
        raise DrawingError("{path} is written, but cannot be read back: {reason}", path=path.name,
                           reason=error) from error
    if not good:
        raise DrawingError("{path} is written, but it is no picture", path=path.name)


# -- pictures ----------------------------------------------------------------------------------------------------------


def _picture(what: Drawn, path: Path) -> None:
    from matplotlib import rc_context  # half a second, when the first picture is drawn

    kind = path.suffix.lower().removeprefix(".")
    figure = _figure(what)
    with rc_context({"pdf.fonttype": 42, "svg.fonttype": "path", "path.simplify": False}):
        content = drawn(figure, kind, DPI)
    write_bytes(path, content)


def drawn(figure: Figure, kind: str, dpi: int) -> bytes:
    """The picture as a file's bytes: what cannot be written then is an error of the disk alone."""
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=dpi)
    return content.getvalue()


def _figure(drawn: Drawn) -> Figure:
    if drawn.style == "figure":
        from engine.figures.figure import paper_figure  # loads matplotlib

        return paper_figure(drawn.analysis)
    from engine.figures.table_figure import table_figure  # loads matplotlib

    return table_figure(layer_table(drawn.analysis, drawn.title))


def _is_svg(path: Path) -> bool:
    from xml.etree import ElementTree  # the window and the terminal ask for kinds of files at their start

    root = ElementTree.parse(path).getroot()
    return root.tag.endswith("svg") and len(root) > 0


def _is_png(path: Path) -> bool:
    from PIL import Image  # the window and the terminal ask for kinds of files at their start

    with Image.open(path) as picture:
        picture.verify()
        return picture.format == "PNG"


def _is_pdf(path: Path) -> bool:
    data = path.read_bytes()
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]


# -- texts -------------------------------------------------------------------------------------------------------------


def _markdown(drawn: Drawn, path: Path) -> None:
    write_text(path, to_markdown(layer_table(drawn.analysis, drawn.title)))


def _latex(drawn: Drawn, path: Path) -> None:
    write_text(path, to_latex(layer_table(drawn.analysis, drawn.title)))


def _is_text(path: Path) -> bool:
    return bool(path.read_text(encoding="utf-8").strip())


# -- the table ---------------------------------------------------------------------------------------------------------

FORMATS = (
    DrawingFormat(".svg", "Vector picture", ("canvas", "figure", "table"), _picture, _is_svg),
    DrawingFormat(".png", "Picture", ("canvas", "figure", "table"), _picture, _is_png),
    DrawingFormat(".pdf", "PDF", ("canvas", "figure", "table"), _picture, _is_pdf),
    DrawingFormat(".md", "Markdown", ("table",), _markdown, _is_text),
    DrawingFormat(".tex", "LaTeX", ("table",), _latex, _is_text),
)
