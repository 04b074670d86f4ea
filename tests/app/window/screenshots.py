"""Makes the README's pictures: the real window in both themes, after training the default network.

    xvfb-run -s "-screen 0 1600x1000x24" .venv/bin/python tests/app/window/screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtWidgets import QApplication

from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from engine.experiment.experiment import DEFAULT

OUT = Path(__file__).parents[3] / "resources" / "screenshots"
SIZE = (1600, 1000)


def until(true: Callable[[], bool]) -> None:
    """Let the program run until something is so."""
    while not true():
        QApplication.processEvents()
        time.sleep(0.005)


def pause(seconds: float) -> None:
    """Let the program run for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def main() -> None:
    app = QApplication(sys.argv[:1])
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(Settings(Path(folder)))
        window.resize(*SIZE)
        window.open_at_start([DEFAULT])
        window.show()
        until(lambda: window.is_ready)
        window.page.scene.select(["conv1"])
        window.feature(Training).train()
        until(lambda: window.feature(Training).trainer.state == "idle")
        for theme in ("dark", "light"):
            window.commands[f"theme_{theme}"].trigger()
            pause(0.5)
            window.grab().save(str(OUT / f"{theme}.png"))
        window.close()
    app.processEvents()


if __name__ == "__main__":
    main()
