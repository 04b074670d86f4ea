"""Drawing on the pad with every card's output shown: answers a second, and how late the window's event loop runs."""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.features.inside import Inside
from app.features.probing import Probing
from app.features.training import Training
from app.gui import make_window
from app.window.leaving import wait_for_left
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment, load_experiment
from tests.benchmarks.targets import Figures
from widgets.probe.pad import Pad

BEAT_MS, MOVE_MS, WARM_UP, SECONDS = 5, 8, 2.0, 8.0  # a mouse tells 125 times a second where it is
LATE = 10.0


class Hand:
    """Draws loops on the pad, and counts the answers and how late a timer is meanwhile."""

    def __init__(self, window: MainWindow, pad: Pad) -> None:
        self._pad, self._moves, self.answers = pad, 0, 0
        self.late: list[float] = []
        self._last = 0.0
        self._counts = False
        window.feature(Inside).looked.connect(self._count)
        self._mouse, self._beat = QTimer(interval=MOVE_MS), QTimer(interval=BEAT_MS)
        for timer, act in ((self._mouse, self._move), (self._beat, self._beats)):
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.timeout.connect(act)

    def draw(self) -> float:
        """For some seconds, after a while of warming up; answers a second."""
        self._send(QEvent.Type.MouseButtonPress)
        self._mouse.start()
        pause(WARM_UP)
        self.answers, self.late, self._last = 0, [], time.perf_counter()
        self._counts, begun = True, time.perf_counter()
        self._beat.start()
        pause(SECONDS)
        took, self._counts = time.perf_counter() - begun, False
        self._beat.stop()
        self._mouse.stop()
        self._send(QEvent.Type.MouseButtonRelease)
        return self.answers / took

    def lateness(self, share: float) -> float:
        """So many of the beats were at most so late."""
        late = sorted(self.late)
        return late[min(int(share * len(late)), len(late) - 1)]

    def _count(self, inside: object) -> None:
        self.answers += self._counts

    def _beats(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, 1000 * (now - self._last) - BEAT_MS))
        self._last = now

    def _move(self) -> None:
        self._moves += 1
        if self._moves % 200 == 0:
            self._pad.clear()  # the stroke ends with it
            self._send(QEvent.Type.MouseButtonPress)
        self._send(QEvent.Type.MouseMove)

    def _send(self, kind: QEvent.Type) -> None:
        turn = self._moves / 25
        across, down = 0.5 + 0.35 * math.cos(turn), 0.5 + 0.3 * math.sin(3 * turn)
        at = QPointF(self._pad.width() * across, self._pad.height() * down)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, self._pad.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._pad, event)


def until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise SystemExit("waited in vain")


def pause(seconds: float) -> None:
    """The program's own loop runs: one that polls would make its beats late."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def lenet() -> Experiment:
    return load_experiment("gallery:lenet-digits")


def resnet() -> Experiment:
    """On the data that the program brings along, in the size of its own."""
    experiment = load_experiment("gallery:resnet18")
    return replace(experiment, data=experiment.data.with_options(dataset="digits", resize=96), variants=())


def measure(figures: Figures, folder: Path, name: str, experiment: Experiment, idle: float,
            training: float | None) -> None:
    window = make_window(Settings(folder))
    window.resize(1600, 1000)
    recipe = experiment.recipe.with_options(batch_size=32, epochs=10_000)
    document = Document.open("gallery:lenet-digits")
    document.edit("bench", replace(experiment, recipe=recipe))
    document.history.mark_clean()  # or quitting would ask
    window.open(document)
    window.show()
    until(lambda: window.is_ready)
    window.commands["workspace_inside"].trigger()
    inside = window.feature(Inside)
    until(lambda: inside.now is not None and inside.now.seen is not None and not inside.is_busy)
    assert inside.now is not None and set(inside.now.outputs.items) == set(window.page.scene.cards)
    panel = window.feature(Probing).panel
    assert panel is not None
    _draw(figures, Hand(window, panel.pad), f"{name}, nothing else", idle)
    window.feature(Training).train()
    trainer = window.feature(Training).trainer
    until(lambda: trainer.state == "running")
    _draw(figures, Hand(window, panel.pad), f"{name}, while it trains", training)
    assert trainer.state == "running"
    window.close()
    wait_for_left(20_000)


def _draw(figures: Figures, hand: Hand, name: str, least: float | None) -> None:
    figures.add(f"{name}: answers a second", hand.draw(), "/s", above=least)
    figures.add("… half of the beats are late by at most", hand.lateness(0.5))
    figures.add("… 95 % of them", hand.lateness(0.95))
    figures.add("… 99 % of them", hand.lateness(0.99), below=LATE)
    figures.add("… the worst", hand.lateness(1.0))


def main() -> int:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    figures = Figures(f"Looking inside while one draws, all cards shown; a {BEAT_MS} ms timer of the window meanwhile")
    with tempfile.TemporaryDirectory() as folder:
        measure(figures, Path(folder), "LeNet, 28×28", lenet(), 30, None)
    with tempfile.TemporaryDirectory() as folder:
        measure(figures, Path(folder), "ResNet-18, 96×96", resnet(), 8, 5)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
