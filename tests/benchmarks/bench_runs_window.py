"""A thousand runs in the program's own window: how soon they are there, and whether a hand ever waits for them."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.run_book import RunBook
from app.features.run_compare import RunCompare
from app.features.run_table import RunTable
from app.gui import make_window
from app.window.leaving import wait_for_left
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment, load_experiment
from engine.runs.book.marks import mark
from engine.runs.names import POINTS
from engine.runs.texts import POINTS_HEAD
from tests.benchmarks.targets import Figures, ms
from tests.engine.cases import with_recipe
from tests.engine.runs.book.kept import kept

RUNS, LONG, POINTS_EACH, EPOCHS, TRIES = 1000, 20, 100_000, 100, 5
NAME = "lenet-digits"


def base() -> Experiment:
    return with_recipe(load_experiment(f"gallery:{NAME}"), epochs=EPOCHS)


def write_runs(root: Path) -> None:
    """Two hundred settings with five seeds each, and some long ones."""
    for number in range(RUNS - LONG):
        kept(root, number, with_recipe(base(), lr=0.001 * (1 + number // 5), seed=number % 5),
             (0.5, 0.6 + number / 4000, 0.7), network=NAME)
    for number in range(LONG):
        accuracies = [0.3 + 0.6 * epoch / EPOCHS + number / 1000 for epoch in range(EPOCHS)]
        folder = kept(root, RUNS + number, with_recipe(base(), batch_size=number + 1), accuracies, network=NAME)
        places = ((1 + index) * EPOCHS / POINTS_EACH for index in range(POINTS_EACH))
        rows = (f"{at:.6f},{1 / (1 + at):.6g},{at / (1 + at):.6g}\n" for at in places)
        (folder / POINTS).write_text(POINTS_HEAD + "".join(rows), encoding="utf-8")


class Beats:
    """How long the window does not answer, in milliseconds."""

    def __init__(self) -> None:
        self.gaps, self._last = [0.0], time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(2)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now

    def stop(self) -> float:
        """The longest of them."""
        self._beat()
        self._timer.stop()
        return max(self.gaps)


def until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise SystemExit("waited in vain")


def waited(act: Callable[[], object], true: Callable[[], object]) -> tuple[float, float]:
    """How long until something is so, and how long the window did not answer meanwhile."""
    beats = Beats()
    took = ms(lambda: (act(), until(true)))
    return took, beats.stop()


def opened(folder: Path) -> MainWindow:
    """Ready to train, the rooms standing for that."""
    settings = Settings(folder)
    settings.theme, settings.workspace = "dark", "train"
    window = make_window(settings)
    window.resize(1600, 960)
    window.open_at_start([f"gallery:{NAME}"])
    window.show()
    return window


def measure(figures: Figures, folder: Path, title: str) -> None:
    begun = time.perf_counter()
    window = opened(folder)
    until(lambda: window.is_complete)
    complete = time.perf_counter()
    feature, book = window.feature(RunTable), window.feature(RunBook)
    until(lambda: feature.table is not None and feature.table.model.rowCount() > 0)
    figures.add(f"{title}: the rows, after the window is complete", 1000 * (time.perf_counter() - complete), below=500)
    figures.add(f"{title}: the rows, from nothing", 1000 * (time.perf_counter() - begun))
    until(lambda: all(entry.changed is not None for entry in book.book))
    figures.add(f"{title}: what each has changed, too", 1000 * (time.perf_counter() - complete))
    until(lambda: window.is_ready)
    using(figures, window, feature, book)
    window.close()
    wait_for_left(10_000)


def using(figures: Figures, window: MainWindow, feature: RunTable, book: RunBook) -> None:
    plots, table = window.feature(Curves).plots, feature.table
    assert plots is not None and table is not None
    window.places.bottom.bring(feature.tab)
    until(lambda: plots.is_settled)
    folder = next(iter(book.book.runs)).folder

    def noted(number: int) -> tuple[float, float]:
        before = book.book
        mark(folder, note=str(number))
        return waited(book.refresh, lambda: book.book is not before)

    told = [noted(number)[1] for number in range(TRIES)]
    figures.add("… another book while one trains: the longest stall", told, below=100)
    figures.add("… the page in front is shown anew", [ms(window.refresh) for _ in range(TRIES)], below=50)
    long = [row.key for row in table._rows if not row.children][:LONG]
    took, stall = waited(lambda: (table.select(long), feature._select(long)),
                         lambda: len(plots.loss.others) == LONG and plots.is_settled)
    figures.add(f"… {LONG} runs of {POINTS_EACH} points selected: drawn", took)
    figures.add("… the longest stall meanwhile", stall, below=100)
    took, stall = waited(table.tree.selectAll, lambda: len(plots.loss.others) == 64 and plots.is_settled)
    figures.add("… all of them selected: drawn", took)
    figures.add("… the longest stall meanwhile", stall, below=150)
    took, stall = waited(window.feature(RunCompare).bring, lambda: window.feature(RunCompare)._job is None)
    figures.add("… compared", took)
    figures.add("… the longest stall meanwhile", stall, below=150)


def main() -> int:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    figures = Figures(f"A window on {RUNS} runs")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        write_runs(Settings(folder).runs)
        measure(figures, folder, "nothing known")
        measure(figures, folder, "known from another time")
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
