"""How long the curves take to draw themselves: 2 plots, 2 curves each, 1e3 … 1e6 points per curve."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.targets import Figures, cold, ms
from widgets.look import theme
from widgets.training.curves import Curves

TARGET = 6.0  # ms, from the call to the picture on the screen
BATCH = 20  # points that arrive with each redraw


def noisy(count: int) -> list[tuple[float, float, float]]:
    """A run with noise in every batch, the hardest to draw."""
    rng = np.random.default_rng(0)
    at = np.linspace(0, 9, count)
    loss = 2.3 * np.exp(-at / 2) + 0.4 + rng.normal(0, 0.05, count)
    return list(zip(at.tolist(), loss.tolist(), np.clip(1 - loss / 3, 0, 1).tolist(), strict=True))


def filled(count: int, judged: int) -> Curves:
    """Curves with so many training points and judged epochs."""
    curves = Curves()
    curves.resize(1080, 264)
    curves.show()
    rows = [(at, loss, share, loss + 0.05, share - 0.02, False) for at, loss, share in noisy(judged)]
    curves.show_all(noisy(count), rows)
    QApplication.processEvents()  # a window paints only once it is exposed
    return curves


def redraws(curves: Curves, rounds: int = 40) -> list[float]:
    """How long each call takes while points keep coming, painting included."""
    times, at = [], 9.0
    for _ in range(rounds):
        points = [(at := at + 1e-4, 0.5, 0.9) for _ in range(BATCH)]
        times.append(ms(lambda points=points: shown(curves, points)))
    return times


def shown(curves: Curves, points: list[tuple[float, float, float]]) -> None:
    """More points, and the picture of them."""
    curves.add_points(points)
    for plot in curves.plots:
        plot.viewport().repaint()


def first() -> float:
    """Making the curves and drawing the first points in this process, in milliseconds; pyqtgraph is loaded."""
    theme.apply(QApplication([]), theme.DARK)
    points = noisy(100)
    return ms(lambda: shown(filled(10, 2), points))


def main() -> int:
    app = QApplication(sys.argv)
    theme.apply(app, theme.DARK)
    figures = Figures("Redraw of the curves: two plots of a training and a validation curve each")
    figures.add("the first in a new process", cold("bench_curves", "first()"), below=500)
    for count in (10**3, 10**4, 10**5, 10**6):
        for what, judged in (("10 epochs judged", 10), ("as many epochs", count)):
            curves = filled(count, judged)
            figures.add(f"{count:,} points, {what}", redraws(curves), below=TARGET)
        curves.loss.span_asked.emit((4.0, 4.9))
        figures.add(f"{count:,} points, zoomed in 10×", redraws(curves), below=TARGET)
    for runs, target in ((3, 2 * TARGET), (10, 4 * TARGET)):
        figures.add(f"{runs} runs of 10,000 points", redraws(series(runs)), below=target)
    return figures.status()


def series(runs: int, count: int = 10**4) -> Curves:
    """So many runs over each other, the last of which goes on."""
    curves = filled(count, 10)
    rows = [(at, loss, share, loss + 0.05, share - 0.02, False) for at, loss, share in noisy(10)]
    curves.show_series([(f"fold {index}", noisy(count), rows) for index in range(runs)])
    QApplication.processEvents()
    return curves


if __name__ == "__main__":
    sys.exit(main())
