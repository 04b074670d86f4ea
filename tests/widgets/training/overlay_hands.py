"""Other runs behind the curves, and a hand over them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from widgets.plot.overlaid import Overlaid
from widgets.plot.plot import Plot
from widgets.plot.ways import Ways
from widgets.training.curves import Curves

EPOCHS = 10


def ways(epochs: int = EPOCHS, steps: float = 100, seconds: float = 6) -> Ways:
    at = np.arange(epochs + 1.0)
    return Ways(steps=(at, at * steps), seconds=(at, at * seconds))


def level(key: str, height: float, color: int = 0, epochs: int = EPOCHS, known: Ways | None = None) -> Overlaid:
    """A run whose validation loss is the same all the time; that of training is a tenth above, with noise."""
    rows = [(epoch, height + 0.1, 0.5, height, height / 2, False) for epoch in range(1, epochs + 1)]
    at = np.linspace(0.01, epochs, 500)
    noise = np.random.default_rng(color).uniform(-0.05, 0.05, 500)
    return Overlaid(key, f"run {key}", color, np.stack([at, height + 0.1 + noise, height / 2 + noise], axis=1), rows,
                    ways=known or ways(epochs))


def own(curves: Curves, epochs: int = 6, height: float = 0.2) -> None:
    """A run in hand that has come so far."""
    curves.clear(EPOCHS)
    points = [(index / 50, height, height / 2) for index in range(1, 50 * epochs + 1)]
    curves.show_all(points, [(at, height, 0.5, height + 0.1, 0.5, at == epochs) for at in range(1, epochs + 1)])


def settle(curves: Curves) -> None:
    for _ in range(1000):
        QApplication.processEvents()
        for plot in curves.plots:
            plot.viewport().repaint()
        if curves.is_settled:
            return
    raise AssertionError("it is never done")


def place(curves: Curves, plot: Plot, x: float, y: float) -> QPoint:
    """Where a point of the data is in the window."""
    return plot.viewport().mapTo(curves.window(), plot.surround.point(plot.area, x, y)).toPoint()


def move(curves: Curves, at: QPoint) -> None:
    QTest.mouseMove(curves.window().windowHandle(), at)
    QApplication.processEvents()


def point_at(curves: Curves, plot: Plot, x: float, y: float, beside: QPointF | None = None) -> None:
    """The mouse comes from elsewhere to a point of the data, or so many pixels beside it."""
    at = place(curves, plot, x, y) + (beside or QPointF()).toPoint()
    move(curves, at + QPoint(1, 0))
    move(curves, at)
