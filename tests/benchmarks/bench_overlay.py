"""How long curves with twenty other runs behind them take to draw themselves: 300 000 points each, two plots."""

from __future__ import annotations

import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.benchmarks.targets import Figures, ms
from widgets.look import theme
from widgets.plot.overlaid import Band, Columns, Overlaid
from widgets.plot.view_options import ViewOptions
from widgets.plot.ways import Ways
from widgets.training.curves import Curves

TARGET = 8.0  # ms, from what happens to the picture on the screen
RUNS, COUNT, EPOCHS = 20, 300_000, 10
SIZES = {"side by side": (1080, 264), "below each other": (980, 520)}
VIEWS = {
    "validation": ViewOptions(),
    "training": ViewOptions(what="training"),
    "training, smoothed": ViewOptions(what="training", smoothing=0.6),
    "both, smoothed, by time": ViewOptions("time", 0.9, False, "both"),
    "both, smoothed, logarithmic": ViewOptions("epochs", 0.9, True, "both"),
}


def other(index: int) -> Overlaid:
    """A run with noise in every batch."""
    rng = np.random.default_rng(index)
    at = np.linspace(0, EPOCHS, COUNT)
    loss = 2.3 * np.exp(-at / (1.5 + index / 8)) + 0.2 + index / 40 + rng.normal(0, 0.05, COUNT)
    rows = [(epoch, 1.0, 0.5, 2.3 * np.exp(-epoch / (1.5 + index / 8)) + 0.3, 0.7, False)
            for epoch in range(1, EPOCHS + 1)]
    epochs = np.arange(EPOCHS + 1.0)
    band = Band(epochs, np.exp(-epochs / 4) + 0.3, 0.1 + 0 * epochs) if index % 5 == 0 else None
    return Overlaid(str(index), f"run {index}", index, Columns(at, loss, np.clip(1 - loss / 3, 0, 1)), rows,
                    (band, None), Ways((epochs, epochs * 30_000), (epochs, epochs * (20 + index))))


def filled(size: tuple[int, int], others: list[Overlaid]) -> Curves:
    """The run in hand before the others, on the screen."""
    curves = Curves()
    curves.resize(*size)
    curves.show()
    told = other(99)
    curves.show_all(np.stack(told.points, axis=1)[: COUNT * 9 // 10].tolist(), told.epochs[:9])
    curves.set_ways(told.ways)
    curves.show_others(others)
    return curves


def settled(curves: Curves) -> int:
    """Draw until all is drawn; how many pictures that took."""
    for count in range(1, 1000):
        QApplication.processEvents()
        repaint(curves)
        if curves.is_settled:
            return count
    raise AssertionError("it is never done")


def repaint(curves: Curves) -> None:
    for plot in curves.plots:
        plot.viewport().repaint()


def redraws(curves: Curves, act: Callable[[int], object], rounds: int = 40) -> list[float]:
    """How long each act takes with the picture of it."""
    return [ms(lambda index=index: (act(index), repaint(curves))) for index in range(rounds)]


def hovered(curves: Curves, index: int) -> None:
    """The mouse moves over the curves: another run is lit, and read."""
    area = curves.loss.area
    at = QPointF(area.left() + area.width() * (0.2 + index / 80), area.top() + area.height() * (0.3 + index % 10 / 20))
    event = QMouseEvent(QEvent.Type.MouseMove, at, curves.loss.viewport().mapToGlobal(at), Qt.MouseButton.NoButton,
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(curves.loss.viewport(), event)


def pictures(curves: Curves, acts: Sequence[Callable[[], object]]) -> tuple[list[float], list[float], list[float]]:
    """How long the first picture takes after each act, each one until all is drawn, and all of them."""
    first, each, whole = [], [], []
    for act in acts:
        times = [ms(lambda act=act: (act(), repaint(curves)))]
        while not curves.is_settled:
            times.append(ms(lambda: repaint(curves)))
        first.append(times[0])
        each += times[1:]
        whole.append(sum(times))
    return first, each, whole


def zooms(curves: Curves, rounds: int = 12) -> list[Callable[[], object]]:
    """To so many places."""
    full = curves.loss.full[1]
    return [partial(curves.loss.span_asked.emit, (full * (0.1 + index / 50), full * (0.5 + index / 50)))
            for index in range(rounds)]


def add(figures: Figures, what: str, values: list[float], below: float | None = TARGET) -> None:
    """The median against the target, and what nineteen of twenty keep below."""
    figures.add(what, values, below=below)
    figures.add(f"{what}, p95", float(np.percentile(values, 95)))


def main() -> int:
    app = QApplication(sys.argv)
    theme.apply(app, theme.DARK)
    figures = Figures(f"{RUNS} other runs of {COUNT:,} points behind one of as many")
    others = [other(index) for index in range(RUNS)]
    for place, size in SIZES.items():
        for name, view in VIEWS.items():
            measure(figures, f"{place}, {name}", filled(size, others), view)
    memory(figures, others)
    curves = filled(SIZES["side by side"], others)
    curves.set_what("training")
    settled(curves)
    first, each, whole = pictures(curves, [partial(curves.set_smoothing, weight) for weight in (0.5, 0.6, 0.7, 0.8)])
    figures.add("smoothed otherwise: the first picture", first)
    figures.add("smoothed otherwise: while it gets sharp", each)
    figures.add("smoothed otherwise: until all is sharp", whole)
    return figures.status()


def measure(figures: Figures, what: str, curves: Curves, view: ViewOptions) -> None:
    """All that happens to curves in one view."""
    curves.set_view(view)
    settled(curves)
    at = iter(np.linspace(9, 9.9, 10**4))
    add(figures, f"{what}: a point", redraws(curves, lambda _: curves.add_points([(next(at), 0.5, 0.9)])))
    add(figures, f"{what}: lit", redraws(curves, lambda index: curves.light(str(index % RUNS))))
    curves.light(None)
    add(figures, f"{what}: the mouse", redraws(curves, lambda index: hovered(curves, index)))
    curves.loss.pointed.emit(None)
    first, each, whole = pictures(curves, zooms(curves))
    add(figures, f"{what}: zoomed", first)
    if each:
        add(figures, f"{what}: zoomed, while it gets sharp", each)
    figures.add(f"{what}: zoomed, until all is sharp", whole)
    curves.close()


def memory(figures: Figures, others: list[Overlaid]) -> None:
    """What a run takes beside its points, which are not copied."""
    for name in ("validation", "training", "training, smoothed"):
        curves = filled(SIZES["side by side"], [])
        curves.set_view(VIEWS[name])
        tracemalloc.start()
        curves.show_others(others)
        settled(curves)
        figures.add(f"memory of a run, {name}", tracemalloc.get_traced_memory()[0] / RUNS / 1e6, "MB")
        tracemalloc.stop()
        curves.close()


if __name__ == "__main__":
    sys.exit(main())
