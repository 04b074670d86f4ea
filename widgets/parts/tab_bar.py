"""Tabs in little room: they stand closer, and where that is not enough arrows lead to the rest."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar

from widgets.look import theme

BOLD = 2  # letters: by so much the widest title grows when it is chosen


def fit_tabs(bar: QTabBar, room: int) -> None:
    """Put the tabs closer together where they need more than ``room``, and lay them out anew."""
    for tight in (False, True):
        if bool(bar.property("tight")) != tight:
            bar.setProperty("tight", tight)
            bar.style().unpolish(bar)
            bar.style().polish(bar)
            place_tabs(bar)
        if bar.sizeHint().width() + theme.letters(bar.font(), BOLD) <= room:
            break


def place_tabs(bar: QTabBar) -> None:
    """Qt leaves the tabs where they were until a text is set."""
    if bar.count():
        bar.setTabText(0, bar.tabText(0))
