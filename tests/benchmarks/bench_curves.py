"""How long the curves take to draw themselves: 2 plots, 2 curves each, 1e3 … 1e6 points per curve."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

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


def milliseconds(curves: Curves, rounds: int = 40) -> tuple[float, float]:
    """Median and best time of one call while points keep coming, painting included."""
    times, at = [], 9.0
    for _ in range(rounds):
        points = [(at := at + 1e-4, 0.5, 0.9) for _ in range(BATCH)]
        start = time.perf_counter()
        curves.add_points(points)
        for plot in curves.plots:
            plot.viewport().repaint()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def series_row(runs: int, count: int = 10**4) -> str:
    """One line of the table: so many runs over each other, the last of which goes on."""
    curves = filled(count, 10)
    rows = [(at, loss, share, loss + 0.05, share - 0.02, False) for at, loss, share in noisy(10)]
    curves.show_series([(f"fold {index}", noisy(count), rows) for index in range(runs)])
    QApplication.processEvents()
    median, best = milliseconds(curves)
    return f"{f'{runs} runs':>12}{f'{median:8.2f} ({best:.2f})':>24}"


def row(count: int) -> str:
    """One line of the table: a few judged epochs, as many as points, and zoomed in tenfold."""
    times = []
    for judged in (10, count):
        curves = filled(count, judged)
        times.append(milliseconds(curves))
    curves.loss.span_asked.emit((4.0, 4.9))
    times.append(milliseconds(curves))
    cells = (f"{median:8.2f} ({best:.2f}){'' if median < TARGET else ' !'}" for median, best in times)
    return f"{count:>12,}" + "".join(f"{cell:>24}" for cell in cells)


def main() -> None:
    """Print a table; the target is printed, not enforced (shared machines drift)."""
    app = QApplication(sys.argv)
    theme.apply(app, theme.DARK)
    print(f"Redraw of Curves: median ms (best), target < {TARGET:.0f}; 2 training and 2 validation curves")
    print(f"{'points':>12}{'10 epochs judged':>24}{'as many epochs':>24}{'zoomed in 10×':>24}")
    for count in (10**3, 10**4, 10**5, 10**6):
        print(row(count), flush=True)
    for runs in (3, 10):
        print(series_row(runs), flush=True)


if __name__ == "__main__":
    main()
