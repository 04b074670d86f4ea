"""How a finding is kept: as a picture for the screen or for print, or as numbers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from widgets.look.text import QT_TRANSLATE_NOOP

KINDS = (("png", QT_TRANSLATE_NOOP("Finding", "Save as PNG…")),
         ("svg", QT_TRANSLATE_NOOP("Finding", "Save as SVG…")),
         ("npz", QT_TRANSLATE_NOOP("Finding", "Save its numbers (.npz)…")))


def fill_save_menu(menu: QMenu, chosen: Callable[[str], object]) -> None:
    """An entry for each kind of file; ``chosen`` is told which."""
    for kind, text in KINDS:
        action = menu.addAction(QCoreApplication.translate("Finding", text))
        action.triggered.connect(lambda _checked=False, kind=kind: chosen(kind))


class SaveButton(QToolButton):
    """A quiet button with these entries."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("Save"))
        self.setToolTip(self.tr("Keep it as a picture or as numbers"))
        self.setAccessibleName(self.tr("Save"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        fill_save_menu(menu, self.chosen.emit)
        self.setMenu(menu)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
