"""Where everything stands: top bar, pages and curves in the middle, panels at the left, at the right and below."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.document.page import Page
from app.window.column import Column, Section
from app.window.panel import Tab, TabPanel
from app.window.panels import Panels, Rooms
from app.window.stage import Stage
from engine.analysis.analysis import Costs
from engine.layers.base import LAYERS
from widgets.frame.panel_splitter import PanelSplitter
from widgets.frame.topbar import TopBar
from widgets.inspector.inspector import Inspector
from widgets.inspector.network_costs import NetworkCosts
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.palette.palette import Palette
from widgets.parts.holder import Holder

if TYPE_CHECKING:  # what is made when it is first shown
    from widgets.frame.start_page import StartPage
    from widgets.parts.notice import Notice

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
        self.left, self.right, self.bottom = TabPanel("left"), TabPanel("right"), TabPanel("bottom")
        self._layers = Tab(self.tr("Layers"), lambda: self.palette, at="left", rank=0)
        self.left.add(self._layers)
        self.side = self._side()
        self.curves, self.column = Holder(), Column()  # as they stand for training
        self.probe, self.insight = Holder(), Holder()  # for looking inside
        layer = Holder()
        self._recipe = Tab(self.tr("Recipe"), lambda: self.column, self.column.show_page, at="right", rank=0)
        self._layer = Tab(self.tr("Layer"), lambda: layer, at="right", rank=1)
        self.right.add(self._recipe)
        self.right.add(self._layer)
        self.panels = Panels(Rooms(self._document_bar(), self.stack, self.left, self.side, self.bottom, self.curves,
                                   self.right, layer, self.probe, self.insight))
        self.stage = Stage(self.stack, self.panels, self.bottom, self.curves, self.top)
        self._connect()
        window.setMenuWidget(self.top)
        window.setCentralWidget(self.panels.body)

    @property
    def body(self) -> PanelSplitter:
        """All below the top bar."""
        return self.panels.across

    def add_section(self, section: Section) -> None:
        """Give a section its place beside the curves."""
        self.column.add(section)

    def add(self, tab: Tab) -> None:
        """Give a tab its place at the left or at the bottom."""
        (self.left if tab.at == "left" else self.bottom).add(tab)

    def complete(self) -> None:
        """Make what is not seen at first."""
        for panel in (self.left, self.right, self.bottom):
            panel.complete()

    def _connect(self) -> None:
        self.left.brought.connect(self._bring_left)
        self.bottom.brought.connect(lambda: self.panels.fold("bottom", False))
        self.panels.folding.connect(self._leave)
        self.panels.changed.connect(self._say_totals)
        self.right.turned.connect(self._say_totals)
        self.top.least_changed.connect(self.panels.body.setMinimumWidth)  # Qt asks only what is below the menus

    def _say_totals(self) -> None:
        """At the top, where the panel that has them is folded; beside the start page there is nothing to say."""
        self.top.want_totals(self.stage.page is not None and not self.side.isVisibleTo(self.panels.body))

    def show_costs(self, costs: Costs | None, batch_size: int, was: Costs | None = None) -> None:
        """What the network in front costs; ``was``: before a change that is only tried."""
        self.costs.show_costs(costs, batch_size, was)
        self.top.show_totals(costs, batch_size)

    def _leave(self, panel: QWidget) -> None:
        """A panel folds: what is typed there counts, and the canvas has the keyboard."""
        focus, page = QApplication.focusWidget(), self.stage.page
        if focus is not None and panel.isAncestorOf(focus) and page is not None:
            (self.curves if panel.isAncestorOf(page) else page.view).setFocus()

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
        column = _flush(QVBoxLayout(side))
        column.addWidget(self.inspector, 1)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        column.addWidget(self.costs)
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

    def _bring_left(self) -> None:
        if self.stage.page is not None:
            self.stage.choose("build")  # where the palette is
        self.panels.fold("left", False)

    def show_inspector(self) -> None:
        """Bring the inspector to the front, also where it is folded."""
        if self.panels.workspace == "train":
            self.turn_to_layer(True)
        elif self.panels.workspace == "inside":
            self.stage.choose("build")
        self.panels.fold("right", False)

    def turn_to_layer(self, turned: bool) -> None:
        """Where one trains, whether the inspector is in front at the right, else the recipe."""
        self.right.put_in_front(self._layer if turned else self._recipe)

    def search_layers(self) -> None:
        """Begin a search among the layers."""
        self.show_layers()
        self.palette.focus_search()

    # -- what is in front ---------------------------------------------------------------------------------------

    def show_start(self) -> None:
        """The start page fills the middle."""
        self.stage.show(self.start)
        theme.mark_start(self.document_bar, True)

    def show_page(self, page: Page) -> None:
        """A network and the panels about it."""
        self.stage.show(page)
        theme.mark_start(self.document_bar, False)

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
