"""Buttons that fold a part of a form away; folded they count what in it is not as usual."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.look.text import tooltip

ARROW = 11  # pixels: it begins nearly where labels do


def fold_button(parent: QWidget) -> QToolButton:
    """One that is folded; what is behind it follows its ``toggled``."""
    button = QToolButton(parent)
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setProperty("role", "fold")
    button.setIconSize(QSize(ARROW, ARROW))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def show_fold(button: QToolButton, title: str, names: Sequence[str], changed: int) -> None:
    """Say what is behind it: so many are not as usual, so that nothing acts unseen."""
    is_open = button.isChecked()
    button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
    words = QCoreApplication.translate("Fold", "{title} · {count} set")
    button.setText(title if is_open or not changed else words.format(title=title, count=changed))
    button.setToolTip("" if is_open or not names else tooltip(", ".join(names)))
    button.setAccessibleName(button.text())
