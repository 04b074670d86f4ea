"""Small tabs within a panel: side by side whatever comes and goes, all in sight in any font."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from tests.reached import reach_all
from tests.seen import colors
from widgets.parts.inner_tabs import InnerTabs

TITLES = ("Samples", "Columns", "Preparation", "Rule", "Numbers", "Augmentation", "Step by step")


@pytest.fixture
def tabs(qtbot: QtBot) -> InnerTabs:
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


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [700, 450, 300, 160])
def test_every_page_can_be_reached_after_others_were_there(tabs: InnerTabs, width: int) -> None:
    tabs.resize(width, 200)
    images = ("Samples", "Numbers", "Augmentation", "Step by step")
    for titles in (TITLES, ("Columns", "Preparation", "Numbers"), images):
        for page in tabs.findChildren(QLabel):
            tabs.set_there(page, page.text() in titles)
        tabs.bar.setCurrentIndex(TITLES.index(titles[0]))
        QApplication.processEvents()
        reach_all(tabs.bar)
    assert width > 160 or reach_all(tabs.bar), "here the arrows are needed"


def test_a_tab_shows_its_page(tabs: InnerTabs) -> None:
    pages = {page.text(): page for page in tabs.findChildren(QLabel)}
    assert tabs.current is pages["Samples"] and pages["Samples"].isVisible()
    tabs.bar.setCurrentIndex(TITLES.index("Rule"))
    assert tabs.current is pages["Rule"] and pages["Rule"].isVisible() and not pages["Samples"].isVisible()
    tabs.show_page(pages["Numbers"])
    assert tabs.bar.tabText(tabs.bar.currentIndex()) == "Numbers" and tabs.current is pages["Numbers"]
    assert pages["Rule"].accessibleName() == "Rule"
    named = QLabel("own")
    named.setAccessibleName("A name of its own")
    tabs.add(named, "Own")
    assert named.accessibleName() == "A name of its own"
    assert InnerTabs(tabs).current is None
    QApplication.processEvents()
    assert tabs.current.height() > 140 and tabs.current.mapTo(tabs, tabs.current.rect().topLeft()).y() < 60


def test_a_page_that_goes_gives_way_to_the_first_that_is_there(tabs: InnerTabs) -> None:
    pages = {page.text(): page for page in tabs.findChildren(QLabel)}
    tabs.show_page(pages["Rule"])
    tabs.set_there(pages["Samples"], False)
    assert tabs.current is pages["Rule"], "another one went"
    assert not tabs.is_there(pages["Samples"]) and tabs.is_there(pages["Rule"])
    tabs.set_there(pages["Rule"], False)
    assert tabs.current is pages["Columns"]
    tabs.set_there(pages["Rule"], True)
    assert tabs.current is pages["Columns"] and tabs.is_there(pages["Rule"])
    for page in pages.values():
        tabs.set_there(page, False)
    assert not any(map(tabs.is_there, pages.values()))


def test_tabs_stand_closer_in_little_room_and_apart_again_in_more(tabs: InnerTabs) -> None:
    def widths(room: int) -> list[int]:
        tabs.resize(room, 200)
        QApplication.processEvents()
        return [tabs.bar.tabRect(index).width() for index in range(len(TITLES))]

    wide = widths(1500)
    close = widths(450)
    assert all(narrow < broad for narrow, broad in zip(close, wide, strict=True))
    assert widths(1500) == wide and sum(wide) < 1000, "as wide as their words, not as the panel"
    show_only(tabs, *TITLES[:2])
    assert widths(450)[:2] == wide[:2], "two have room"


def test_no_line_is_drawn_below_the_tabs(tabs: InnerTabs) -> None:
    tabs.resize(1500, 200)
    QApplication.processEvents()
    free = QRect(1300, 0, 190, tabs.bar.geometry().bottom() + 4)
    assert len(colors(tabs, free)) == 1


def test_what_has_no_room_is_reached_by_arrows(tabs: InnerTabs) -> None:
    tabs.resize(160, 200)
    QApplication.processEvents()
    assert any(button.isVisible() for button in tabs.bar.findChildren(QToolButton))
