"""The canvas as a file: vector SVG, PDF, or PNG. Only the network: nothing selected, no buttons, no grid."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPageSize, QPaintDevice, QPainter, QPdfWriter

from engine.advice.advice import Problem
from engine.analysis.analysis import Analysis
from engine.figures.export import DrawingError, check_picture, written_as
from engine.files import write_bytes
from engine.formats import suffixes
from engine.graph.graph import Graph
from widgets.canvas.outputs.outputs import Outputs
from widgets.canvas.outputs.shown import Shown
from widgets.canvas.scene.scene import CanvasScene
from widgets.look import theme
from widgets.look.guarded import guarded

MARGIN = 32.0
SCALE = 2.0  # pixels of a PNG for one of the scene
LARGEST = 30_000  # pixels: painters reach no further
POINTS = 0.75  # for one pixel of the scene


class Beside(NamedTuple):
    """What lies beside the cards while one looks inside: the graph with room for it, outputs, channels that differ."""

    graph: Graph
    outputs: Mapping[str, Shown]
    changed: Mapping[str, Collection[int]]


@guarded
class _Still(CanvasScene):
    """The scene on a plain ground."""

    ground = ""

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, QColor(self.ground or theme.current().canvas))


def save_canvas(analysis: Analysis, problems: Sequence[Problem], caption: str, path: Path, look: theme.Theme,
                ground: str = "", beside: Beside | None = None) -> None:
    """Write .svg, .pdf or .png in this theme, on ``ground`` or the theme's own. Raises DrawingError, WriteError."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise DrawingError("{path}: the canvas is written as {suffixes}", path=path.name,
                           suffixes=suffixes(written_as("canvas"), " or "))
    with theme.painting_as(look):
        scene = _scene(analysis, problems, caption, beside)
        scene.ground = ground
        content = _as_bytes(scene, _area(scene), write)
        scene.deleteLater()
    write_bytes(path, content)
    check_picture(path)


def canvas_image(analysis: Analysis, problems: Sequence[Problem], caption: str, beside: Beside | None = None) -> QImage:
    """The same picture as pixels, in the theme of now. Raises DrawingError."""
    scene = _scene(analysis, problems, caption, beside)
    image = _image(scene, _area(scene))
    scene.deleteLater()
    return image


def _area(scene: _Still) -> QRectF:
    return scene.itemsBoundingRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def _scene(analysis: Analysis, problems: Sequence[Problem], caption: str, beside: Beside | None) -> _Still:
    scene = _Still()
    scene.show_graph(analysis.graph if beside is None else beside.graph)
    scene.show_caption(caption)
    scene.show_analysis(analysis, problems)
    if beside is not None:
        outputs = Outputs(scene)
        outputs.set_on(True)
        outputs.show_outputs(beside.outputs)
        outputs.mark("", None, beside.changed)
    for card in scene.cards.values():
        if card.repair_button is not None:
            card.repair_button.hide()
    return scene


def _render(scene: _Still, area: QRectF, device: QPaintDevice, target: QRectF) -> None:
    with QPainter(device) as painter:
        if not painter.isActive():
            raise DrawingError("The picture cannot be painted")
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        scene.render(painter, target, area)


def _as_bytes(scene: _Still, area: QRectF, write: Callable[[_Still, QRectF, QBuffer], None]) -> bytes:
    """The picture in memory: Qt does not say when a disk is full."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    write(scene, area, buffer)
    buffer.close()
    return bytes(buffer.data().data())


def _svg(scene: _Still, area: QRectF, device: QBuffer) -> None:
    from PySide6.QtSvg import QSvgGenerator  # seldom needed

    generator = QSvgGenerator()
    generator.setOutputDevice(device)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(QPointF(), area.size()))
    generator.setResolution(96)
    generator.setTitle("Layerloom")
    _render(scene, area, generator, QRectF(QPointF(), area.size()))


def _pdf(scene: _Still, area: QRectF, device: QBuffer) -> None:
    writer = QPdfWriter(device)
    writer.setPageSize(QPageSize(QSizeF(area.width() * POINTS, area.height() * POINTS), QPageSize.Unit.Point, "",
                                 QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setResolution(288)
    writer.setCreator("Layerloom")
    _render(scene, area, writer, QRectF(QPointF(), QSizeF(writer.width(), writer.height())))


def _png(scene: _Still, area: QRectF, device: QBuffer) -> None:
    if not QImageWriter(device, b"png").write(_image(scene, area)):
        raise DrawingError("The picture cannot be painted")


def _image(scene: _Still, area: QRectF) -> QImage:
    scale = min(SCALE, LARGEST / max(area.width(), area.height()))
    image = QImage((area.size() * scale).toSize(), QImage.Format.Format_RGB32)
    _render(scene, area, image, QRectF(image.rect()))
    return image


_WRITERS = {".svg": _svg, ".pdf": _pdf, ".png": _png}  # for every kind of file that a canvas is written as
