"""Process start → first painted window, and → ready to train, beside the time of ``import torch``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
OBSERVED = """
import sys, time
start = float(sys.argv.pop(1))
import main

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

missing_library, main.missing_library = main.missing_library, observe
main.main(["layerloom"])
"""


def run(code: str, *arguments: str) -> str:
    """The output of a fresh interpreter."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_DATA_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True,
                              env=environment, cwd=ROOT)
    return done.stdout


def main() -> None:
    painted, ready, torch = [], [], []
    for _ in range(RUNS):
        start = time.time()
        run("import torch")
        torch.append(time.time() - start)
        words = run(OBSERVED, str(time.time())).split()
        painted.append(float(words[words.index("painted") + 1]))
        ready.append(float(words[words.index("ready") + 1]))
    middle = statistics.median
    print(f"first painted window   {middle(painted):.2f} s (best {min(painted):.2f})   target < 0.6")
    print(f"ready to train         {middle(ready):.2f} s (best {min(ready):.2f})")
    print(f"import torch           {middle(torch):.2f} s (best {min(torch):.2f})")
    print(f"ready − import torch   {middle([a - b for a, b in zip(ready, torch, strict=True)]):.2f} s   target ≤ 1")


if __name__ == "__main__":
    main()
