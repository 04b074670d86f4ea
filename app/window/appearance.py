"""Which theme the program wears: the person's choice, or the desktop's."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.window.settings import Settings
from widgets.look import theme


class Appearance(QObject):
    """Applies the theme at the start, when another is chosen, and when the desktop changes."""

    changed = Signal()

    def __init__(self, parent: QObject, settings: Settings) -> None:
        super().__init__(parent)
        self._settings = settings
        QApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    def choose(self, name: str) -> None:
        """“dark”, “light” or “system”, from now on."""
        self._settings.theme = name
        self._apply()

    def _follow(self) -> None:
        if self._settings.theme == "system":
            self._apply()

    def _apply(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, theme.THEMES.get(self._settings.theme) or theme.system_theme())
        self.changed.emit()
