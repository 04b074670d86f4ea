"""Starts the window."""

from __future__ import annotations

import gc
import logging
import sys

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.features.all import first, later
from app.system import needs_display, share_memory, start_without_display
from app.window.interrupts import Interrupts
from app.window.leaving import end_process
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT
from widgets.canvas.gestures.clipboard import leave_text
from widgets.look.guarded import report_the_rest
from widgets.look.icons import FOLDER

KILLED = 128  # and the signal's number: the exit status of what a signal ended


def make_window(settings: Settings) -> MainWindow:
    """The window with all its features; nothing is open in it."""
    return MainWindow(settings, first(), later)


def main(argv: list[str]) -> int:
    """Open the window with the files named, or with the default network. Returns the exit status."""
    logging.basicConfig(level=logging.WARNING)
    report_the_rest()
    share_memory()
    app = QApplication.instance() or _application(argv)
    assert isinstance(app, QApplication)
    app.setApplicationName("Layerloom")
    app.setApplicationDisplayName("Layerloom")
    app.setWindowIcon(QIcon(str(FOLDER / "logo.svg")))
    window = make_window(Settings())
    window.open_at_start(argv[1:] or [DEFAULT])
    window.show()
    interrupts = Interrupts()
    interrupts.heard.connect(window.interrupt)
    interrupts.heard.connect(lambda kind: app.exit(KILLED + kind))
    gc.freeze()  # what is there stays as long as the program: looking through it again and again takes long
    window.ready.connect(lambda: gc.freeze())  # and so does PyTorch
    status = app.exec()
    interrupts.forget()
    leave_text()
    return end_process(status)


def _application(argv: list[str]) -> QApplication:
    """Qt's own; where there is none to be had, such as with a dead display, this becomes a run without a window."""

    def hear(kind: QtMsgType, _context: object, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:  # Qt would end the process now; why, it has said before
            start_without_display()
        print(text, file=sys.stderr)

    if not needs_display():
        return QApplication(argv[:1])
    before = qInstallMessageHandler(hear)
    try:
        app = QApplication(argv[:1])
    finally:
        qInstallMessageHandler(before)
    if not app.screens():
        start_without_display()
    return app


if __name__ == "__main__":
    sys.exit(main(sys.argv))
