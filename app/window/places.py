"""Where everything stands: top bar, tabs at the left, pages, tabs at the bottom, inspector."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.document.page import Page
from app.window.panel import Tab, TabPanel
from engine.layers.base import LAYERS
from widgets.frame.topbar import TopBar
from widgets.inspector.inspector import Inspector
from widgets.inspector.network_costs import NetworkCosts
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.palette.palette import Palette

if TYPE_CHECKING:  # what is made when it is first shown
    from widgets.frame.start_page import StartPage
    from widgets.parts.notice import Notice

PALETTE_WIDTH, SIDE_WIDTH, BOTTOM_HEIGHT, LEAST_BOTTOM = 220, 300, 300, 120
L = TypeVar("L", bound=QBoxLayout)


@guarded
class DocumentTabs(QTabBar):
    """As wide as its tabs: by itself a tab bar keeps room for more than one short name."""

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())


class Places(QObject):
    """Builds the window's widgets and puts them in their places; features fill the panels and connect everything."""

    start_made = Signal(object)  # StartPage

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.top = TopBar()
        self.palette = Palette(list(LAYERS.values()))
        self.inspector, self.costs = Inspector(), NetworkCosts()
        self.documents, self.new_document = DocumentTabs(), QPushButton()
        self.stack = QStackedWidget()
        self.left, self.bottom = TabPanel("left"), TabPanel("bottom")
        self._layers = Tab(self.tr("Layers"), lambda: self.palette, at="left", rank=0)
        self.left.add(self._layers)
        self.body = self._across()  # all below the top bar
        window.setMenuWidget(self.top)
        window.setCentralWidget(self.body)

    def add(self, tab: Tab) -> None:
        """Give a tab its place at the left or at the bottom."""
        (self.left if tab.at == "left" else self.bottom).add(tab)

    def complete(self) -> None:
        """Make what is not seen at first."""
        self.left.complete()
        self.bottom.complete()

    def _across(self) -> QWidget:
        self.left.setFixedWidth(PALETTE_WIDTH)
        across = QWidget()
        row = _flush(QHBoxLayout(across))
        row.addWidget(self.left)
        row.addWidget(self._middle(), 1)
        row.addWidget(self._side())
        return across

    def _middle(self) -> QWidget:
        middle = QWidget()
        column = _flush(QVBoxLayout(middle))
        column.addWidget(self._document_bar())
        self.bottom.setMinimumHeight(LEAST_BOTTOM)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.stack)
        self._splitter.addWidget(self.bottom)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([600, BOTTOM_HEIGHT])
        column.addWidget(self._splitter)
        return middle

    def _document_bar(self) -> QWidget:
        self.document_bar = bar = QFrame()
        bar.setObjectName("documents")
        row = _flush(QHBoxLayout(bar))
        self.documents.setTabsClosable(True)
        self.documents.setMovable(True)
        self.documents.setDrawBase(False)
        self.documents.setAccessibleName(self.tr("Open networks"))
        self.new_document.setProperty("role", "quiet")
        self.new_document.setText("+")
        self.new_document.setToolTip(self.tr("Start page: new, open, gallery"))
        self.new_document.setAccessibleName(self.tr("Start page"))
        row.addWidget(self.documents)
        row.addWidget(self.new_document)
        row.addStretch(1)
        return bar

    def _side(self) -> QWidget:
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(SIDE_WIDTH)
        column = _flush(QVBoxLayout(side))
        column.addWidget(self.inspector, 1)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        column.addWidget(self.costs)
        self.side = side
        return side

    @cached_property
    def start(self) -> StartPage:
        """The start page, made when it is first shown."""
        from widgets.frame.start_page import StartPage  # not seen at first

        start = StartPage()
        self.stack.addWidget(start)
        self.start_made.emit(start)
        return start

    @cached_property
    def notice(self) -> Notice:
        """What is said on the start page."""
        from widgets.parts.notice import Notice  # not seen at first

        return Notice(self.start)

    def show_layers(self) -> None:
        """Bring the layers to the front at the left."""
        self.left.bring(self._layers)

    def search_layers(self) -> None:
        """Begin a search among the layers."""
        self.show_layers()
        self.palette.focus_search()

    # -- what is in front ---------------------------------------------------------------------------------------

    def show_start(self) -> None:
        """The start page fills the middle."""
        self.stack.setCurrentWidget(self.start)
        self._set_working(False)

    def show_page(self, page: Page) -> None:
        """A network and the panels about it."""
        self.stack.setCurrentWidget(page)
        self._set_working(True)

    def _set_working(self, working: bool) -> None:
        for widget in (self.left, self.bottom, self.side):
            widget.setVisible(working)
        theme.mark_start(self.document_bar, not working)

    def show_name(self, index: int, name: str, dirty: bool, trains: bool, path: str) -> None:
        """A document's name, with a dot while it has unsaved changes and a triangle while it trains."""
        text = f"{'▸ ' * trains}{name}.loom{'  •' * dirty}"
        if self.documents.tabText(index) != text:  # else Qt would lay the tabs out anew with each edit
            self.documents.setTabText(index, text)
        self.documents.setTabToolTip(index, path)


def _flush(layout: L) -> L:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
