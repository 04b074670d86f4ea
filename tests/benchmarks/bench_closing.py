"""How long the window takes to close while everything goes on that does not end: never more than a second."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

import engine.experiment.experiment  # noqa: F401  (before Qt, as the program has it)
from app.features.exporting import Exporting
from app.features.training import Training
from app.gui import make_window
from app.window.leaving import end_process, wait_for_left
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.messages import LayerloomError, say
from tests.benchmarks.targets import Figures, ms

JOBS = 12


def main() -> int:
    figures = Figures("Closing")
    app = QApplication([])
    for what in ("at rest", f"{JOBS} jobs that never end", "a training in a batch that never ends"):
        over = threading.Event()
        window = opened(app)
        if "jobs" in what:
            never_ending_export(over)
            for number in range(JOBS):
                experiment = window.pages[0].document.experiment
                window.feature(Exporting).export(experiment, Path(f"{number}.pt"), None, say("PyTorch code"))
        elif "training" in what:
            never_ending_batch(over)
            window.feature(Training).train()
            spin(app, 1.0)
        figures.add(f"the window, {what}", ms(window.close), below=1000)
        over.set()
        wait_for_left(20_000)
    return figures.status()


def opened(app: QApplication) -> MainWindow:
    """The window, ready to train."""
    window = make_window(Settings(Path(tempfile.mkdtemp())))
    window.open_at_start(["gallery:lenet-digits"])
    window.show()
    while not window.is_ready:
        spin(app, 0.01)
    return window


def never_ending_export(over: threading.Event) -> None:
    """From now on every export takes for ever."""
    import engine.export.export as exporting

    def export(*_: object) -> None:
        over.wait()
        raise LayerloomError("Over")

    exporting.export = export  # type: ignore[assignment]


def never_ending_batch(over: threading.Event) -> None:
    """From now on every batch takes for ever."""
    from engine.training.learner import Learner

    def learn(*_: object, **__: object) -> None:
        over.wait()
        raise LayerloomError("Over")

    Learner.learn = Learner.learn_observed = learn  # type: ignore[method-assign,assignment]


def spin(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    end_process(main())  # sys.exit(main()) would wait for what does not end
