"""Every feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.features.advising import Advising
from app.features.arranging import Arranging
from app.features.comparing import Comparing
from app.features.drawing import Drawing
from app.features.finding import Finding
from app.features.heating import Heating
from app.features.keyboard import Keyboard
from app.features.marking import Marking
from app.features.previewing import Previewing
from app.features.replacing import Replacing
from app.features.searching import Searching
from app.features.shortcuts import Shortcuts
from app.features.source import Source

if TYPE_CHECKING:
    from app.features.base import Feature
    from app.window.window import MainWindow


class Features:
    """One of each, made with the window."""

    def __init__(self, window: MainWindow) -> None:
        self.advising = Advising(window)
        self.searching = Searching(window)
        self.shortcuts = Shortcuts(window)
        self.keyboard = Keyboard(window)
        self.arranging = Arranging(window)
        self.marking = Marking(window)
        self.previewing = Previewing(window)
        self.comparing = Comparing(window)
        self.finding = Finding(window)
        self.heating = Heating(window)
        self.replacing = Replacing(window)
        self.source = Source(window)
        self.drawing = Drawing(window)

    @property
    def all(self) -> list[Feature]:
        """All of them, in the order they were made."""
        return list(vars(self).values())
