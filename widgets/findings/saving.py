"""Findings as files: what is painted as PNG or SVG, and the numbers behind it as .npz, all in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtWidgets import QWidget

from engine.messages import LayerloomError
from widgets.findings.picture_view import drawing_of
from widgets.findings.pictures import Bars, Grid, Lines, Picture
from widgets.look import theme

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

WIDTH, MARGIN, GAP, SCALE = 640.0, 20.0, 20.0, 2.0  # pixels of a PNG for one of the picture
LARGEST = 30_000  # pixels: painters reach no further
Paint = Callable[[QPainter], None]


class SavingError(LayerloomError):
    """A picture that cannot be made."""


# -- pictures -------------------------------------------------------------------------------------------------------


def pictures_png(pictures: Sequence[Picture], width: float = WIDTH) -> bytes:
    """All of them below each other, in the theme of now. Raises SavingError."""
    return _png(*_page(pictures, width))


def pictures_svg(pictures: Sequence[Picture], width: float = WIDTH) -> bytes:
    """The same, as vectors."""
    return _svg(*_page(pictures, width))


def widget_png(widget: QWidget) -> bytes:
    """A widget as it is now, without what lies around it. Raises SavingError."""
    return _png(QSizeF(widget.size()), lambda painter: _render(widget, painter))


def widget_svg(widget: QWidget) -> bytes:
    """The same, as vectors."""
    return _svg(QSizeF(widget.size()), lambda painter: _render(widget, painter))


def _render(widget: QWidget, painter: QPainter) -> None:
    widget.render(painter, QPoint(), QRect(QPoint(), widget.size()), QWidget.RenderFlag.DrawChildren)


def _page(pictures: Sequence[Picture], width: float) -> tuple[QSizeF, Paint]:
    drawings = [drawing_of(picture) for picture in pictures]
    heights = [drawing.height(width) for drawing in drawings]

    def paint(painter: QPainter) -> None:
        top = MARGIN
        for drawing, height in zip(drawings, heights, strict=True):
            drawing.paint(painter, QRectF(MARGIN, top, width, height), None)
            top += height + GAP

    return QSizeF(width + 2 * MARGIN, sum(heights) + GAP * max(0, len(heights) - 1) + 2 * MARGIN), paint


def _on(device: QPaintDevice, size: QSizeF, scale: float, paint: Paint) -> None:
    with QPainter(device) as painter:
        if not painter.isActive():
            raise SavingError("The picture cannot be painted")
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.fillRect(QRectF(QPointF(), size), theme.color("panel"))
        paint(painter)


def _png(size: QSizeF, paint: Paint) -> bytes:
    scale = min(SCALE, LARGEST / max(1.0, size.width(), size.height()))
    image = QImage((size * scale).toSize(), QImage.Format.Format_RGB32)
    _on(image, size, scale, paint)
    buffer = _buffer()
    if not QImageWriter(buffer, b"png").write(image):
        raise SavingError("The picture cannot be painted")
    return bytes(buffer.data().data())


def _svg(size: QSizeF, paint: Paint) -> bytes:
    from PySide6.QtSvg import QSvgGenerator  # seldom needed

    generator, buffer = QSvgGenerator(), _buffer()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(size.width()), round(size.height())))
    generator.setViewBox(QRectF(QPointF(), size))
    generator.setResolution(96)
    generator.setTitle("Layerloom")
    _on(generator, size, 1.0, paint)
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


# -- numbers --------------------------------------------------------------------------------------------------------


def pictures_npz(pictures: Sequence[Picture]) -> bytes:
    """The numbers of all of them by name; of several the names begin with their place: ``1.accuracy``."""
    found: dict[str, Array] = {}
    for place, picture in enumerate(pictures, 1):
        begin = f"{place}." if len(pictures) > 1 else ""
        for name, array in _arrays(picture):
            found[_free(found, begin + name)] = array
    return npz(found)


def npz(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as an .npz file; any name will do, ``file`` as well."""
    from numpy.lib import format as npy  # the window begins without it

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                npy.write_array(file, array, allow_pickle=False)
    return buffer.getvalue()


def _arrays(picture: Picture) -> Iterator[tuple[str, Array]]:
    import numpy as np  # loaded by now

    if isinstance(picture, Lines):
        yield "x", np.asarray(picture.x, dtype=np.float64)
        yield from ((name or "y", np.asarray(values, dtype=np.float64)) for name, values in picture.ys.items())
    elif isinstance(picture, Bars):
        yield "names", np.asarray(list(picture.names), dtype=np.str_)
        yield "values", np.asarray(picture.values, dtype=np.float64)
    elif isinstance(picture, Grid):
        titles = [*picture.titles, *[""] * len(picture.pictures)]
        yield from ((titles[at] or f"picture {at}", np.asarray(each)) for at, each in enumerate(picture.pictures))
    else:
        for at, title in enumerate(picture.columns):
            cells = [row[at] if at < len(row) else None for row in picture.rows]
            if any(isinstance(cell, str) for cell in cells):
                yield title or f"column {at}", np.asarray(["" if cell is None else str(cell) for cell in cells])
            else:
                numbers = [np.nan if cell is None else float(cell) for cell in cells]
                yield title or f"column {at}", np.asarray(numbers, dtype=np.float64)


def _free(taken: Mapping[str, object], name: str) -> str:
    """A name that is not taken: ``loss``, ``loss 2``."""
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
