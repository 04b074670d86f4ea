"""A table of 200 000 × 300 numbers (431 MB): how long it takes, how much memory, how soon it can be left."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from engine.data.spec.spec import DataSpec
from tests.benchmarks.targets import ROOT, Figures

ROWS, COLUMNS, BLOCK = 200_000, 300, 2000
BEAT_MS = 5


def write_table(path: Path, gap: str = "") -> None:
    """A block of random numbers over and over; ``gap`` stands in the place of some."""
    numbers = np.random.default_rng(0).random((BLOCK, COLUMNS)) * np.random.default_rng(1).choice([1, 10, 100], COLUMNS)
    rows = [["%.4f" % value for value in row] for row in numbers.tolist()]  # noqa: UP031  (half as long)
    if gap:
        for index, row in enumerate(rows):
            row[index % (COLUMNS - 1)] = gap.strip("-")
    block = "\n".join(map(",".join, rows)) + "\n"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join([*(f"c{index}" for index in range(COLUMNS - 1)), "y"]) + "\n")
        for _ in range(ROWS // BLOCK):
            file.write(block)


def read(path: str) -> str:
    """Seconds, megabytes at most, and the longest time between two looks at whether it is to be left."""
    from engine.data.tensors.loading import loading

    longest, begun = 0.0, time.perf_counter()
    last = begun
    with closing(loading(DataSpec(dataset="table", path=path))) as steps:
        for _ in steps:
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    longest = max(longest, time.perf_counter() - last)
    return f"{time.perf_counter() - begun} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000} {longest}"


def read_by_pandas(path: str) -> str:
    """Seconds that another program's reader needs for the numbers alone."""
    import pandas

    begun = time.perf_counter()
    pandas.read_csv(path)
    return str(time.perf_counter() - begun)


def window_late(path: str) -> str:
    """Of a 5 ms timer of the window, in ms: the worst while the table is read and shown; and the seconds it took."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from app.document.document import Document
    from app.features.data import Data
    from app.gui import make_window
    from app.window.settings import Settings

    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(Settings(Path(folder)))
        window.open(Document.open("gallery:linreg"))
        window.show()
        feature, worst, last, begun = window.feature(Data), [0.0], [0.0], [0.0]

        def beat() -> None:
            now = time.perf_counter()
            if last[0]:
                worst[0] = max(worst[0], 1000 * (now - last[0]) - BEAT_MS)
            last[0] = now if begun[0] else 0.0

        def begin() -> None:
            window.places.bottom.setCurrentWidget(feature.panel)
            gc.collect()  # its own turn, a tenth of a second, comes at most every half minute, whatever one does
            begun[0] = time.perf_counter()
            feature.files.open(Path(path))

        def end(_: object) -> None:
            if window.page is not None and window.page.document.experiment.data.path == path:
                QTimer.singleShot(500, app.exit)  # which asks nobody whether to save

        feature.library.described.connect(end)
        timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start()
        window.ready.connect(lambda: QTimer.singleShot(2000, begin))
        app.exec()
        taken = time.perf_counter() - begun[0]
        for page in window.pages:
            page.document.history.mark_clean()
        window.close()
    return f"{worst[0]} {taken}"


def _apart(call: str) -> list[float]:
    """In a process of its own."""
    code = f"import tests.benchmarks.bench_tables as here; print(here.{call})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split("\n")[-2].split()]


def main() -> int:
    figures = Figures(f"A table of {ROWS} × {COLUMNS} numbers")
    with tempfile.TemporaryDirectory() as folder:
        for name, gap in (("whole", ""), ("with gaps", "-")):
            path = Path(folder) / "table.csv"
            write_table(path, gap)
            seconds, megabytes, longest = _apart(f"read({str(path)!r})")
            figures.add(f"{name}: read, split and standardised in", seconds, "s", below=20)
            figures.add(f"{name}: memory of the process at most", megabytes, "MB", below=2000)
            figures.add(f"{name}: longest time until it can be left", longest, "s", below=1)
            if not gap:
                other, = _apart(f"read_by_pandas({str(path)!r})")
                figures.add("as long as pandas reads the numbers alone", seconds / other, "×", below=4)
                few = Path(folder) / "few.csv"
                with path.open(encoding="utf-8") as file:
                    few.write_text("".join(islice(file, 101)), encoding="utf-8")
                as_ever, _ = _apart(f"window_late({str(few)!r})")
                late, taken = _apart(f"window_late({str(path)!r})")
                figures.add("in the window: read and shown in", taken, "s", below=25)
                figures.add("in the window: its timer is late by at most", late, "ms", below=100)
                figures.add("as late as with its first 100 rows", late / as_ever, "×", below=2)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
