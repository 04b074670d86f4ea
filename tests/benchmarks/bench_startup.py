"""How soon the window is there: process start → first painted window, → ready to train, beside ``import torch``.

Every figure is of new processes, in turns; their files are in the page cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.targets import ROOT, Figures

RUNS = 5
OBSERVED = """
import sys, time
start = float(sys.argv.pop(1))
import app.program as program

def observe():  # when Qt is about to be imported: not before, since the order counts
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    class Watch(QObject):
        painted = False
        def eventFilter(self, target, event):
            if event.type() == QEvent.Type.Paint and not self.painted:
                self.painted = True
                QTimer.singleShot(0, lambda: print("painted", time.time() - start, flush=True))
            return False

    def is_ready(window):
        print("ready", time.time() - start, flush=True)
        window.close()
        QApplication.quit()

    def observed():
        window = next(widget for widget in QApplication.topLevelWidgets() if type(widget).__name__ == "MainWindow")
        window.places.documents.installEventFilter(Watch(window))
        window.ready.connect(lambda: is_ready(window))
        return loop()

    loop, QApplication.exec = QApplication.exec, staticmethod(observed)
    return missing_library()

missing_library, program.missing_library = program.missing_library, observe
program.main(["layerloom"])
"""


def run(code: str, *arguments: str) -> str:
    """The output of a fresh interpreter."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_DATA_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True,
                              env=environment, cwd=ROOT)
    return done.stdout


def seconds(code: str) -> float:
    """From the start of a new interpreter to its end."""
    start = time.time()
    run(code)
    return time.time() - start


def main() -> int:
    painted, ready, torch, engine, values = [], [], [], [], []
    for _ in range(RUNS):
        torch.append(seconds("import torch"))
        engine.append(seconds("import engine"))
        values.append(seconds("import engine.experiment.experiment"))
        words = run(OBSERVED, str(time.time())).split()
        painted.append(float(words[words.index("painted") + 1]))
        ready.append(float(words[words.index("ready") + 1]))

    def beside_torch(times: list[float]) -> list[float]:
        return [mine / its for mine, its in zip(times, torch, strict=True)]

    figures = Figures("Starting, each in a new process and beside one that only says “import torch”")
    figures.add("import torch", torch, "s")
    figures.add("first painted window", painted, "s")
    figures.add("first painted window, share of import torch", beside_torch(painted), "×", below=0.42)
    figures.add("ready to train after import torch would be", [a - b for a, b in zip(ready, torch, strict=True)], "s",
                below=1)
    figures.add("import engine, share of import torch", beside_torch(engine), "×", below=0.08)
    figures.add("import engine.experiment.experiment, share of it", beside_torch(values), "×", below=0.25)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
