"""Pages within a panel, with small tabs; those that do not apply are left out."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from widgets.look.guarded import guarded
from widgets.parts.tab_bar import fit_tabs, place_tabs


@guarded
class InnerTabs(QWidget):
    """Tabs above a stack."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self._stack = QTabBar(), QStackedWidget()
        self.bar.setObjectName("inner")
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.currentChanged.connect(self._stack.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)

    def add(self, page: QWidget, title: str) -> None:
        """Append a page."""
        self._stack.addWidget(page)
        self.bar.addTab(title)
        page.setAccessibleName(page.accessibleName() or title)

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self.bar.setCurrentIndex(self._stack.indexOf(page))

    def set_there(self, page: QWidget, there: bool) -> None:
        """Whether the page applies."""
        index = self._stack.indexOf(page)
        if self.bar.isTabVisible(index) == there:
            return  # each edit of a network asks, and measuring the tabs takes long
        was_current = self.bar.currentIndex() == index
        self.bar.setTabVisible(index, there)
        place_tabs(self.bar)
        fit_tabs(self.bar, self.width())
        if not there and was_current:
            self.bar.setCurrentIndex(next((i for i in range(self.bar.count()) if self.bar.isTabVisible(i)), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        fit_tabs(self.bar, self.width())

    def is_there(self, page: QWidget) -> bool:
        """Whether the page can be chosen."""
        return self.bar.isTabVisible(self._stack.indexOf(page))

    @property
    def current(self) -> QWidget | None:
        """The page in front; None: there are no pages."""
        return self._stack.currentWidget()
