"""Ctrl+C in the terminal, and the system's own ways to ask: the program ends, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.window.interrupts import Interrupts

ROOT = Path(__file__).parents[3]
CODE = """
import os, signal, sys
from dataclasses import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
import engine.experiment.experiment
from app import gui
from app.features.training import Training

def act(window):
    document = window.page.document
    document.edit("notes", replace(document.experiment, title="mine"))
    if "train" in sys.argv:
        window.feature(Training).train()
    QTimer.singleShot(300, lambda: os.kill(os.getpid(), getattr(signal, sys.argv[1])))
    if "asked" in sys.argv:
        QMessageBox(window).exec()

make = gui.make_window
def make_window(settings):
    window = make(settings)
    window.ready.connect(lambda: QTimer.singleShot(0, lambda: act(window)))
    return window
gui.make_window = make_window
sys.exit(gui.main(["layerloom"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize("words", [["SIGINT"], ["SIGTERM", "train"], ["SIGINT", "asked"]], ids=" ".join)
def test_the_window_ends_without_a_question_and_keeps_what_is_not_saved(words: list[str], tmp_path: Path) -> None:
    homes = {name: str(tmp_path / name) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **homes}
    ran = subprocess.run([sys.executable, "-c", CODE, *words], cwd=tmp_path, env=environment, capture_output=True,
                         text=True, timeout=100)
    assert ran.returncode == 128 + getattr(signal, words[0]), ran.stderr
    assert "Traceback" not in ran.stderr
    assert any('"title": "mine"' in path.read_text() or '\\"title\\": \\"mine\\"' in path.read_text()
               for path in tmp_path.rglob("*-*-*.json")), "the copy of what is not saved"


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_the_second_signal_is_as_hard_as_ever(qtbot) -> None:
    before, heard = signal.getsignal(signal.SIGTERM), list[int]()
    interrupts = Interrupts()
    interrupts.heard.connect(heard.append)
    assert signal.getsignal(signal.SIGTERM) is not before
    os.kill(os.getpid(), signal.SIGTERM)
    qtbot.waitUntil(lambda: heard == [signal.SIGTERM], timeout=5000)
    assert signal.getsignal(signal.SIGTERM) is before
