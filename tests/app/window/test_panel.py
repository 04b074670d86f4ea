"""A panel of tabs: their order, when their widgets are made, and which of them hears of the page in front."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.document.page import Page
from app.window.panel import Tab, TabPanel
from tests.reached import reach_all
from widgets.look import theme

PAGE = cast(Page, object())


class Desk:
    """A panel, and what its tabs have heard."""

    def __init__(self, qtbot: QtBot) -> None:
        self.heard: list[tuple[Any, ...]] = []
        self.panel = TabPanel("bottom")
        qtbot.addWidget(self.panel)
        self.panel.turned.connect(lambda: self.heard.append(("turned",)))

    def add(self, title: str, rank: int, **more: Any) -> Tab:
        def make() -> QWidget:
            self.heard.append(("made", title))
            return QLabel(title)

        tab = Tab(title, make, lambda page: self.heard.append(("shown", title, page)),
                  lambda page: self.heard.append(("selected", title, page)), rank=rank, **more)
        self.panel.add(tab)
        return tab

    @property
    def titles(self) -> list[str]:
        return [self.panel.tabText(index) for index in range(self.panel.count())]

    def taken(self) -> list[tuple[Any, ...]]:
        heard, self.heard = self.heard, []
        return heard


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_tabs_stand_by_rank_and_are_made_after_the_first_picture(desk: Desk) -> None:
    desk.panel.show_page(PAGE)
    desk.panel.show_selection(PAGE)
    front = desk.add("Front", 2)
    assert ("made", "Front") in desk.taken()
    desk.add("Last", 3, tip="the last")
    desk.add("First", 1, hidden=True)
    desk.add("Also", 2)
    assert desk.titles == ["First", "Front", "Also", "Last"] and desk.panel.shows(front)
    assert not [heard for heard in desk.taken() if heard[0] == "made"]
    desk.panel.show_page(PAGE)
    desk.panel.show_selection(PAGE)
    assert desk.taken() == [("shown", "Front", PAGE), ("selected", "Front", PAGE)]
    desk.panel.rename(front, "Front  2")
    desk.panel.complete()
    assert desk.taken() == [("made", "First"), ("made", "Also"), ("made", "Last")], "and nothing turned"
    assert desk.titles == ["First", "Front  2", "Also", "Last"] and desk.panel.shows(front)
    assert [desk.panel.widget(index).text() for index in range(4)] == ["First", "Front", "Also", "Last"]
    assert [desk.panel.isTabVisible(index) for index in range(4)] == [False, True, True, True]
    assert [desk.panel.tabToolTip(index) for index in range(4)] == ["", "", "", "the last"]


def test_the_tab_in_front_hears_of_the_page_and_only_it(desk: Desk) -> None:
    one, two = desk.add("One", 1), desk.add("Two", 2, hidden=True)
    desk.panel.complete()
    desk.taken()
    desk.panel.bring(two)
    assert desk.taken() == [("turned",)] and desk.panel.shows(two) and not desk.panel.shows(one)
    assert desk.panel.isTabVisible(1)
    desk.panel.show_page(PAGE)
    desk.panel.show_selection(PAGE)
    assert desk.taken() == [("shown", "Two", PAGE), ("selected", "Two", PAGE)]
    desk.panel.put_away(two)
    assert not desk.panel.isTabVisible(1) and desk.panel.shows(one)


def test_what_stands_in_the_place_of_a_tab_hears_nothing(desk: Desk) -> None:
    desk.add("One", 1)
    two = desk.add("Two", 2)
    desk.panel.bring(two)
    desk.taken()
    desk.panel.show_page(PAGE)
    desk.panel.show_selection(PAGE)
    assert desk.taken() == []
    desk.panel.complete()
    assert desk.panel.shows(two)
    desk.panel.show_page(PAGE)
    assert desk.taken() == [("made", "Two"), ("shown", "Two", PAGE)]


@pytest.mark.parametrize("width", [1080, 760, 560, 300])
def test_every_tab_can_be_reached(desk: Desk, qapp: QApplication, width: int) -> None:
    theme.apply(qapp, theme.DARK)
    titles = ("Training", "Problems  12", "Data", "Results", "Parameters", "Code", "Code layer")
    tabs = [desk.add(title, rank, hidden=title == "Code layer") for rank, title in enumerate(titles)]
    desk.panel.complete()
    desk.panel.resize(width, 300)
    desk.panel.show()
    desk.panel.bring(tabs[-1])
    desk.panel.rename(tabs[2], "Data and more")
    assert bool(reach_all(desk.panel.tabBar())) == (width < 700)
    desk.panel.resize(1080, 300)
    QApplication.processEvents()
    assert not reach_all(desk.panel.tabBar()), "there is room for all"


def test_each_workspace_has_its_tabs_and_one_in_front(desk: Desk) -> None:
    only, both = desk.add("Only", 1, workspaces=("build",)), desk.add("Both", 2)
    other, hidden = desk.add("Other", 3), desk.add("Hidden", 4, hidden=True)
    desk.panel.complete()
    desk.taken()

    def seen() -> list[str]:
        return [title for index, title in enumerate(desk.titles) if desk.panel.isTabVisible(index)]

    desk.panel.show_workspace("train")
    assert seen() == ["Both", "Other"] and desk.panel.shows(both) and desk.taken() == [("turned",)]
    desk.panel.put_in_front(other)
    desk.panel.bring(hidden)
    assert seen() == ["Both", "Other", "Hidden"]
    desk.panel.show_workspace("build")
    assert seen() == ["Only", "Both", "Other", "Hidden"] and desk.panel.shows(only)
    desk.panel.put_away(hidden)
    desk.panel.put_in_front(both)
    desk.panel.show_workspace("train")
    assert seen() == ["Both", "Other"] and desk.panel.shows(both), "what was in front is there no more"
    desk.panel.put_in_front(only)
    assert seen() == ["Both", "Other"] and desk.panel.shows(both), "it is not to be seen here"
    desk.panel.show_workspace("build")
    assert desk.panel.shows(only), "but there it is in front"
    desk.taken()
    desk.panel.show_workspace("build")
    assert desk.taken() == []
