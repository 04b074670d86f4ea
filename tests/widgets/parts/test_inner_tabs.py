"""Small tabs within a panel: side by side whatever comes and goes, all in sight in any font."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from widgets.look import theme
from widgets.parts.inner_tabs import InnerTabs

TITLES = ("Samples", "Columns", "Preparation", "Rule", "Numbers", "Augmentation", "Step by step")


@pytest.fixture
def tabs(qtbot: QtBot) -> InnerTabs:
    theme.apply(QApplication.instance(), theme.DARK)
    tabs = InnerTabs()
    qtbot.addWidget(tabs)
    for title in TITLES:
        tabs.add(QLabel(title), title)
    tabs.resize(450, 200)
    tabs.show()
    return tabs


def show_only(tabs: InnerTabs, *titles: str) -> list[QRect]:
    """Where these tabs stand when they are the only ones."""
    for page in tabs.findChildren(QLabel):
        tabs.set_there(page, page.text() in titles)
    QApplication.processEvents()
    places = [tabs.bar.tabRect(TITLES.index(title)) for title in titles]
    assert all(left.right() + 1 == right.left() for left, right in pairwise(places)), "side by side"
    return places


@pytest.mark.usefixtures("font")
def test_tabs_that_come_and_go_leave_no_gap_and_none_is_cut(tabs: InnerTabs) -> None:
    images = ("Samples", "Numbers", "Augmentation", "Step by step")
    for titles in (images, ("Columns", "Preparation", "Numbers"), ("Samples", "Rule", "Numbers"), images):
        show_only(tabs, *titles)
        for title in titles:
            tabs.bar.setCurrentIndex(TITLES.index(title))
            QApplication.processEvents()
            places = [tabs.bar.tabRect(TITLES.index(each)) for each in titles]
            assert places[0].left() >= 0 and places[-1].right() <= tabs.width()
            assert all(place.width() > tabs.bar.fontMetrics().horizontalAdvance(each)
                       for place, each in zip(places, titles, strict=True))
