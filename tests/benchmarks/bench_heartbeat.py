"""How late the window's event loop runs while LeNet trains at batch 32 and the curves draw."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from tests.benchmarks.targets import Figures

BEAT_MS, WARM_UP, SECONDS = 5, 2.0, 8.0


def main() -> int:
    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(Settings(Path(folder)))
        document = Document.open("gallery:lenet-digits")
        recipe = document.experiment.recipe.with_options(batch_size=32, epochs=10_000)
        document.edit("recipe", replace(document.experiment, recipe=recipe))
        document.history.mark_clean()  # or quitting would ask
        window.open(document)
        window.ready.connect(window.feature(Training).train)
        window.show()
        beats = watch(app, window)
        window.close()
    late = sorted(beats)
    figures = Figures(f"How late a {BEAT_MS} ms timer of the window is while LeNet trains; {len(late)} beats")
    for name, share, limit in (("half of them", 0.5, None), ("95 % of them", 0.95, None), ("99 % of them", 0.99, 10),
                               ("the worst", 1.0, None)):
        figures.add(f"{name} at most", late[min(int(share * len(late)), len(late) - 1)], below=limit)
    return figures.status()


def watch(app: QApplication, window: MainWindow) -> list[float]:
    """Lateness of a 5 ms timer, from two seconds into the training on."""
    late: list[float] = []
    last = time.perf_counter()
    begun = [0.0]

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        if window.feature(Training).trainer.state == "running":
            begun[0] = begun[0] or now
            if now - begun[0] > WARM_UP:
                late.append(max(0.0, 1000 * (now - last) - BEAT_MS))
            if now - begun[0] > WARM_UP + SECONDS:
                app.quit()
        last = now

    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start()
    app.exec()
    return late


if __name__ == "__main__":
    sys.exit(main())
