"""Networks for measuring the canvas, and frames driven by real events."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d

SIZES = (100, 500, 2000)
WINDOW = (1600, 1000)
ROWS = 12  # residual units below each other
LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton


def network(count: int) -> Graph:
    """Residual units in columns: conv, norm, activation, add."""
    nodes, edges, last = [Node("input", Input())], [], "input"
    for unit in range(count // 4):
        x, y = 280.0 * (unit // ROWS), 76.0 * 4 * (unit % ROWS)
        layers = {f"conv{unit}": Conv2d(out_channels=1, kernel_size=3, padding=1),
                  f"bn{unit}": BatchNorm2d(), f"act{unit}": ReLU(), f"add{unit}": Add()}
        before = last
        for row, (name, layer) in enumerate(layers.items()):
            nodes.append(Node(name, layer, (x, y + 76.0 * (row + 1))))
            edges.append(Edge(last, name))
            last = name
        edges.append(Edge(before, f"add{unit}", 1))
    return Graph.of(nodes, edges)


def frames_ms(act: Callable[[int], object], times: int = 20) -> list[float]:
    """How long each call and the painting that follows from it take, in milliseconds."""
    results = []
    for index in range(times):
        start = time.perf_counter()
        act(index)
        QApplication.processEvents()
        results.append(1000 * (time.perf_counter() - start))
    return results


def median_ms(act: Callable[[int], object], times: int = 20) -> float:
    """The median of ``frames_ms``."""
    return statistics.median(frames_ms(act, times))


# -- the same gestures for any QGraphicsView --------------------------------------------------------------------------


def mouse(view: QGraphicsView, kind: QMouseEvent.Type, at: QPoint, button: Qt.MouseButton, down: Qt.MouseButton
          ) -> None:
    """One event of the mouse, sent to the viewport."""
    port = view.viewport()
    place = QPointF(at)
    QApplication.sendEvent(port, QMouseEvent(kind, place, QPointF(port.mapToGlobal(at)), button, down,
                                             Qt.KeyboardModifier.NoModifier))


def held(view: QGraphicsView, button: Qt.MouseButton, start: QPoint, step: QPoint, times: int = 20) -> list[float]:
    """Press, move in steps, let go: how long each step takes."""
    kinds = QMouseEvent.Type
    mouse(view, kinds.MouseButtonPress, start, button, button)
    mouse(view, kinds.MouseMove, start + step, NONE, button)  # beyond what counts as a click
    QApplication.processEvents()
    took = frames_ms(lambda i: mouse(view, kinds.MouseMove, start + step * (i + 2), NONE, button), times)
    mouse(view, kinds.MouseButtonRelease, start + step * (times + 1), button, NONE)
    QApplication.processEvents()
    return took


def let_go(view: QGraphicsView, start: QPoint, step: QPoint) -> float:
    """Take hold of what is there, move it, let it go: how long that last event and its painting take."""
    kinds = QMouseEvent.Type
    mouse(view, kinds.MouseButtonPress, start, LEFT, LEFT)
    for index in (1, 2):
        mouse(view, kinds.MouseMove, start + step * index, NONE, LEFT)
    QApplication.processEvents()
    return frames_ms(lambda _: mouse(view, kinds.MouseButtonRelease, start + step * 2, LEFT, NONE), 1)[0]


def wheeled(view: QGraphicsView, at: QPoint, times: int = 20) -> list[float]:
    """Turn the wheel to and fro: how long each notch takes."""

    def turn(index: int) -> None:
        notch = QPoint(0, 120 if index % 2 else -120)
        QApplication.sendEvent(view.viewport(), QWheelEvent(
            QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), notch, NONE,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))

    return frames_ms(turn, times)
