"""Panels of tabs, at the left, right and bottom: a tab for each thing to see about the network in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from app.document.page import Page
from app.window.settings import WORKSPACES, Workspace
from widgets.look.guarded import guarded
from widgets.parts.tab_bar import fit_tabs, place_tabs


def nothing(_page: Page) -> None:
    """For a tab that is shown by other means."""


@dataclass(frozen=True, eq=False)
class Tab:
    """One row. ``make`` makes its widget, of the one in front at once, of the others after the first picture.

    ``show`` is called while the tab is in front, for the page in front, whenever something about it is another;
    ``select`` whenever other layers are selected.
    """

    title: str
    make: Callable[[], QWidget]
    show: Callable[[Page], object] = nothing
    select: Callable[[Page], object] = nothing
    at: Literal["bottom", "left", "right"] = "bottom"
    rank: int = 100  # where it stands
    tip: str = ""
    hidden: bool = False  # until it is brought
    workspaces: tuple[Workspace, ...] = WORKSPACES  # where it is to be seen


@guarded
class TabPanel(QTabWidget):
    """Holds the tabs in the order of their rank."""

    turned = Signal()  # another tab is in front
    brought = Signal()  # somebody asks to see a tab, also where the panel is folded

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._tabs: list[Tab] = []
        self._away: set[Tab] = set()  # nothing is to be seen on them
        self._workspace: Workspace = "build"
        self._fronts: dict[Workspace, Tab] = {}  # which one is in front where one is not
        self.setUsesScrollButtons(True)
        self.currentChanged.connect(lambda _index: self.turned.emit())

    def add(self, tab: Tab) -> None:
        """Give it its place; its widget comes with ``complete``, but for the one in front."""
        index = sum(other.rank <= tab.rank for other in self._tabs)
        self._tabs.insert(index, tab)
        if tab.hidden:
            self._away.add(tab)
        self._insert(index, _Place() if self.count() else tab.make(), tab, tab.title)

    def _insert(self, index: int, widget: QWidget, tab: Tab, title: str) -> None:
        self.insertTab(index, widget, title)
        self.setTabToolTip(index, tab.tip)
        self.setTabVisible(index, self._is_here(tab))
        self._fit()

    def _is_here(self, tab: Tab) -> bool:
        return tab not in self._away and self._workspace in tab.workspaces

    def _fit(self) -> None:
        """Every tab is in sight where there is room for all, else arrows lead to it."""
        place_tabs(self.tabBar())
        fit_tabs(self.tabBar(), self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def complete(self) -> None:
        """Make the widgets that are not there yet."""
        front, _ = self.currentIndex(), self.blockSignals(True)
        for index, tab in enumerate(self._tabs):
            place = self.widget(index)
            if isinstance(place, _Place):
                self._insert(index, tab.make(), tab, self.tabText(index))
                self.removeTab(index + 1)
                place.deleteLater()
        self.setCurrentIndex(front)
        self.blockSignals(False)

    @property
    def _front(self) -> Tab | None:
        """The tab in front, if it is more than a place."""
        widget = self.currentWidget()
        return None if widget is None or isinstance(widget, _Place) else self._tabs[self.currentIndex()]

    def show_page(self, page: Page) -> None:
        """Something about the page in front is another."""
        if self._front is not None:
            self._front.show(page)

    def show_selection(self, page: Page) -> None:
        """Other layers are selected."""
        if self._front is not None:
            self._front.select(page)

    # -- a tab --------------------------------------------------------------------------------------------------

    def bring(self, tab: Tab) -> None:
        """Bring a tab to the front, because somebody asks for it."""
        self.put_in_front(tab)
        self.brought.emit()

    def put_in_front(self, tab: Tab) -> None:
        """Bring a tab to the front, where the panel is there; one that is folded stays so."""
        self._away.discard(tab)
        if self._workspace not in tab.workspaces:
            self._fronts |= dict.fromkeys(tab.workspaces, tab)  # there it will be in front
            return
        index = self._tabs.index(tab)
        if not self.isTabVisible(index):
            self.setTabVisible(index, True)
            self._fit()
        self.setCurrentIndex(index)

    def show_workspace(self, workspace: Workspace) -> None:
        """The tabs that are to be seen there; in front is the one that was in front there before."""
        if workspace == self._workspace:
            return
        if self._tabs:
            self._fronts[self._workspace] = self._tabs[self.currentIndex()]
        front, self._workspace = self._fronts.get(workspace), workspace
        here = [tab for tab in self._tabs if self._is_here(tab)]
        self.blockSignals(True)  # one tab after the other would come to the front
        for index, tab in enumerate(self._tabs):
            self.setTabVisible(index, tab in here)
        if here:
            self.setCurrentIndex(self._tabs.index(front if front in here else here[0]))
        self.blockSignals(False)
        self._fit()
        self.turned.emit()

    def shows(self, tab: Tab) -> bool:
        """Whether this tab is the one in front."""
        return self.currentIndex() == self._tabs.index(tab)

    def set_there(self, tab: Tab, there: bool) -> None:
        """Whether there is anything to see on a tab; it does not come to the front by itself."""
        if there == (tab in self._away):
            self._away ^= {tab}
            self.setTabVisible(self._tabs.index(tab), self._is_here(tab))
            self._fit()

    def put_away(self, tab: Tab) -> None:
        """There is nothing to see on this tab."""
        self._away.add(tab)
        self.setTabVisible(self._tabs.index(tab), False)
        self._fit()

    def rename(self, tab: Tab, title: str) -> None:
        """Write something else on a tab."""
        index = self._tabs.index(tab)
        if self.tabText(index) != title:  # each edit asks, and measuring the tabs takes long
            self.setTabText(index, title)
            self._fit()


class _Place(QWidget):
    """Stands where a tab's widget will be."""
