"""Which theme the program wears: the person's choice, or the desktop's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QApplication

from app.features.gallery import Gallery
from app.features.inside import Inside
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.wear import wear


class Appearance(Feature):
    """Applies another theme when it is chosen, or when the desktop changes."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        QApplication.styleHints().colorSchemeChanged.connect(self._follow)

    def commands(self) -> Sequence[Row]:
        return [
            Command("theme_system", "Theme of the system", partial(self.choose, "system"), "View", "theme",
                    checkable=True),
            Command("theme_dark", "Dark theme", partial(self.choose, "dark"), "View", "theme", checkable=True),
            Command("theme_light", "Light theme", partial(self.choose, "light"), "View", "theme", checkable=True),
        ]

    def begin(self) -> None:
        self._check()

    def choose(self, name: str) -> None:
        """“dark”, “light” or “system”, from now on."""
        self.host.settings.theme = name
        self._check()
        self._apply()

    def _check(self) -> None:
        for name in ("system", "dark", "light"):
            self.host.commands[f"theme_{name}"].setChecked(name == self.host.settings.theme)

    def _follow(self) -> None:
        if self.host.settings.theme == "system":
            self._apply()

    def _apply(self) -> None:
        wear(self.host.settings.theme)
        self.host.feature(Gallery).refresh()  # its pictures are drawn in the theme's colours
        self.host.feature(Inside).ask()  # so are the outputs beside the cards
