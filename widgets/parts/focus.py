"""Where the keyboard is, for what lies over other widgets."""

from __future__ import annotations

from typing import TypeGuard

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid


def focus_changed() -> SignalInstance:
    """Told whenever the keyboard goes from one widget to another (old, new; None: to or from another program)."""
    app = QApplication.instance()
    assert isinstance(app, QApplication), "there are widgets, so there is an application"
    return app.focusChanged


def can_have_focus(widget: QWidget | None) -> TypeGuard[QWidget]:
    """Whether the keyboard can go back to it: a form may have been built anew meanwhile."""
    return widget is not None and isValid(widget) and widget.isVisible()
