"""Every picture can be taken away: a menu that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

SaveKind = Literal["picture", "numbers"]


def offer_saving(widget: QWidget, ask: Callable[[SaveKind], object]) -> None:
    """A menu on the right button and the menu key: “Save picture…” and “Save numbers…”."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    translate = QCoreApplication.translate
    kinds: list[tuple[SaveKind, str]] = [("picture", translate("Saving", "Save picture…")),
                                         ("numbers", translate("Saving", "Save numbers…"))]
    for kind, title in kinds:
        action = QAction(title, widget)
        action.triggered.connect(lambda _checked=False, kind=kind: ask(kind))
        widget.addAction(action)
