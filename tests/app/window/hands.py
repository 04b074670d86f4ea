"""Hands for whole stories in a real window: xdotool moves the X server's own pointer, so drag and drop is the real one.

Each story is a program of its own, run on a virtual display by test_story.py.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication, QTreeView, QWidget

from app.gui import make_window
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT

OUT = Path(sys.argv[1])
PATIENCE = 60.0


def open_window() -> MainWindow:
    """The program as it is at its first start."""
    settings = Settings(OUT / "settings")
    settings.theme = "dark"
    window = make_window(settings)
    window.resize(1500, 950)
    window.open_at_start([DEFAULT])
    window.move(0, 0)
    window.show()
    until(lambda: window.is_ready, "the window opens and gets ready to train")
    window.activateWindow()
    return window


def until(true: Callable[[], object], what: str) -> None:
    """Let the program run until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        QApplication.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            QApplication.activeWindow().grab().save(str(OUT / "failed.png"))
            raise SystemExit(f"waited in vain: {what}")
    print("ok:", what, flush=True)


def hands(*commands: str) -> None:
    """Move the real mouse, press real keys, while the program's own loop runs."""
    def act() -> None:
        for command in commands:
            subprocess.run(["xdotool", *command.split()], check=True)
            time.sleep(0.06)

    thread = threading.Thread(target=act)
    thread.start()
    while thread.is_alive():
        QApplication.processEvents()
        time.sleep(0.002)
    QApplication.processEvents()


def drag(start: QPoint, end: QPoint) -> None:
    middle = (start + end) / 2
    hands(f"mousemove {start.x()} {start.y()}", "mousedown 1", f"mousemove {start.x() + 6} {start.y() + 14}",
          f"mousemove {middle.x()} {middle.y()}", f"mousemove {end.x()} {end.y() - 3}",
          f"mousemove {end.x()} {end.y()}", "mouseup 1")


def click(point: QPoint) -> None:
    hands(f"mousemove {point.x()} {point.y()}", "click 1")


def double_click(point: QPoint) -> None:
    hands(f"mousemove {point.x()} {point.y()}", "click --repeat 2 --delay 60 1")


def picture(window: QWidget, name: str) -> None:
    window.grab().save(str(OUT / f"{name}.png"))


def answer_dialogs(path: Path) -> None:
    """What the person chooses when a file dialog asks."""
    dialogs.save_path = lambda *_: path
    dialogs.open_paths = lambda *_: [path]


def on_canvas(window: MainWindow, point: QPointF) -> QPoint:
    view = window.page.view
    return view.viewport().mapToGlobal(view.mapFromScene(point))


def in_palette(window: MainWindow, title: str) -> QPoint:
    tree = window.places.palette.findChild(QTreeView)
    model = tree.model()
    for row in range(model.rowCount(QModelIndex())):
        category = model.index(row, 0)
        for child in range(model.rowCount(category)):
            index = model.index(child, 0, category)
            if index.data() == title:
                tree.scrollTo(index)
                QApplication.processEvents()
                return tree.viewport().mapToGlobal(tree.visualRect(index).center())
    raise SystemExit(f"{title} is not in the palette")


def middle(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(widget.rect().center())


def button(text: str, inside: QWidget) -> QPoint:
    for found in inside.findChildren(QAbstractButton):
        if text in (found.text().strip(), found.accessibleName(), found.toolTip()) and found.isVisible():
            return middle(found)
    raise SystemExit(f"there is no button {text}")
