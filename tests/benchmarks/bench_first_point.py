"""How soon the curves begin: the first click on Train → the first point, in new windows, once PyTorch is there."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from tests.benchmarks.targets import Figures, cold

SETTLED_MS = 1500  # after PyTorch was loaded, what else is loaded beside it has come too
NETWORKS = ("lenet-digits", "residual-small", "linreg")


def first_point(name: str) -> float:
    """Seconds, in this process; nothing is remembered of the network."""
    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAYERLOOM_CACHE"] = folder
        window = make_window(Settings(Path(folder)))
        training, clicked, seen = window.feature(Training), [0.0], [0.0]

        def click() -> None:
            clicked[0] = time.perf_counter()
            training.train()

        def leave() -> None:
            window.close()
            app.quit()

        def see(_points: object) -> None:
            if not seen[0]:
                seen[0] = time.perf_counter()
                QTimer.singleShot(0, leave)

        training.trainer.points_arrived.connect(see)
        window.ready.connect(lambda: QTimer.singleShot(SETTLED_MS, click))
        window.open_at_start([f"gallery:{name}"])
        window.show()
        app.exec()
    assert "torch._dynamo" not in sys.modules, "71 MB that nothing needs, and a pause when garbage is looked for"
    return seen[0] - clicked[0]


def main() -> int:
    figures = Figures("The first click on Train, each in a new process")
    for name in NETWORKS:
        figures.add(f"{name}: first point after", cold("bench_first_point", f"first_point({name!r})"), "s", below=0.35)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
