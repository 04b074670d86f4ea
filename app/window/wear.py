"""The program wears a theme."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from widgets.look import theme


def wear(choice: str) -> None:
    """“dark” or “light”; “system”: what the desktop prefers."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.THEMES.get(choice) or theme.system_theme())
