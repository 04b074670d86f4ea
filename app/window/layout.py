"""Where everything stands: top bar, palette, pages, bottom tabs, inspector."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.document.page import Page
from app.features.library import Shown
from engine.advice.advice import Problem
from engine.data.spec.spec import DATASETS
from engine.layers.base import LAYERS
from widgets.frame.topbar import TopBar
from widgets.inspector.inspector import Inspector
from widgets.inspector.network_costs import NetworkCosts
from widgets.look import theme
from widgets.look.text import translated
from widgets.palette.palette import Palette
from widgets.problems.problems import Problems
from widgets.training.recipe_panel import RecipePanel

if TYPE_CHECKING:
    from widgets.data.panel import DataPanel
    from widgets.frame.outline import Outline
    from widgets.frame.start_page import StartPage
    from widgets.parts.notice import Notice
    from widgets.results.results import Results
    from widgets.source.code_editor import CodeEditor
    from widgets.source.source_view import SourceView
    from widgets.tensors.browser import ParameterBrowser

PALETTE_WIDTH, SIDE_WIDTH, RECIPE_WIDTH, BOTTOM_HEIGHT = 220, 300, 300, 300
TRAINING, PROBLEMS, DATA, RESULTS, PARAMETERS, SOURCE, CODE = range(7)


class DocumentTabs(QTabBar):
    """As wide as its tabs: by itself a tab bar keeps room for more than one short name."""

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())


class Layout(QObject):
    """Builds the window's widgets and puts them in their places; nothing is connected here.

    The tabs of the bottom that are not seen at first are filled by ``complete``, after the first picture.
    """

    start_made = Signal(object)  # StartPage

    data: DataPanel
    results: Results
    parameters: ParameterBrowser
    source: SourceView
    code: CodeEditor
    outline: Outline

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.top = TopBar()
        self.palette = Palette(list(LAYERS.values()))
        self.inspector, self.costs = Inspector(), NetworkCosts()
        self.recipe, self.problems = RecipePanel(), Problems()
        self.tabs, self.new_tab = DocumentTabs(), QPushButton()
        self.stack = QStackedWidget()
        self.left, self.bottom = QTabWidget(), QTabWidget()
        self.training = QWidget()
        self.top.set_datasets([(id, translated(info.title)) for id, info in DATASETS.items()])
        self.top.set_devices([("auto", self.tr("Auto"))])
        window.setMenuWidget(self.top)
        window.setCentralWidget(self._across())

    def _across(self) -> QWidget:
        self.left.setObjectName("left")
        self.left.setFixedWidth(PALETTE_WIDTH)
        self.left.addTab(self.palette, self.tr("Layers"))
        self.left.addTab(QWidget(), self.tr("Outline"))
        self.left.setTabToolTip(1, self.tr("Every layer of this network"))
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
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.stack)
        self._splitter.addWidget(self._bottom_panel())
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([600, BOTTOM_HEIGHT])
        column.addWidget(self._splitter, 1)
        return middle

    def _document_bar(self) -> QWidget:
        self.document_bar = bar = QFrame(objectName="documents")
        row = _flush(QHBoxLayout(bar))
        self.tabs.setTabsClosable(True)
        self.tabs.setMovable(True)
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("Open networks"))
        self.new_tab.setProperty("role", "quiet")
        self.new_tab.setText("+")
        self.new_tab.setToolTip(self.tr("Start page: new, open, gallery"))
        self.new_tab.setAccessibleName(self.tr("Start page"))
        row.addWidget(self.tabs)
        row.addWidget(self.new_tab)
        row.addStretch(1)
        return bar

    def _bottom_panel(self) -> QWidget:
        self.bottom.setObjectName("bottom")
        row = _flush(QHBoxLayout(self.training))
        self.recipe.setFixedWidth(RECIPE_WIDTH)
        row.addWidget(self.recipe)
        self.curves_place = _flush(QVBoxLayout())
        row.addLayout(self.curves_place, 1)
        self.bottom.addTab(self.training, self.tr("Training"))
        self.bottom.addTab(self.problems, self.tr("Problems"))
        titles = (self.tr("Data"), self.tr("Results"), self.tr("Parameters"), self.tr("Code"), self.tr("Code layer"))
        for title in titles:
            self.bottom.addTab(QWidget(), title)
        self.bottom.setTabVisible(CODE, False)
        self.bottom.setMinimumHeight(120)
        return self.bottom

    def complete(self) -> None:
        """Fill the other tabs of the bottom; their parts are imported only now."""
        from widgets.data.panel import DataPanel
        from widgets.results.results import Results
        from widgets.source.code_editor import CodeEditor
        from widgets.source.source_view import SourceView
        from widgets.tensors.browser import ParameterBrowser

        self.data, self.results, self.parameters, self.code = DataPanel(), Results(), ParameterBrowser(), CodeEditor()
        self.source = SourceView()
        front = self.bottom.currentIndex()
        for index, panel in ((DATA, self.data), (RESULTS, self.results), (PARAMETERS, self.parameters),
                             (SOURCE, self.source), (CODE, self.code)):
            title, place = self.bottom.tabText(index), self.bottom.widget(index)
            self.bottom.removeTab(index)
            place.deleteLater()
            self.bottom.insertTab(index, panel, title)
        self.bottom.setTabVisible(CODE, False)
        self.bottom.setCurrentIndex(front)

    def add_outline(self) -> None:
        """Fill the second tab at the left."""
        from widgets.frame.outline import Outline

        front, place = self.left.currentIndex(), self.left.widget(1)
        self.outline = Outline()
        self.left.insertTab(1, self.outline, self.left.tabText(1))
        self.left.removeTab(2)
        self.left.setCurrentIndex(front)
        place.deleteLater()

    def search_layers(self) -> None:
        """Begin a search among the layers."""
        self.left.setCurrentWidget(self.palette)
        self.palette.focus_search()

    def _side(self) -> QWidget:
        side = QFrame(objectName="side")
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
        from widgets.frame.start_page import StartPage

        start = StartPage()
        self.stack.addWidget(start)
        self.start_made.emit(start)
        return start

    @cached_property
    def notice(self) -> Notice:
        """What is said on the start page."""
        from widgets.parts.notice import Notice

        return Notice(self.start)

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

    def show_tab(self, index: int, name: str, dirty: bool, trains: bool, path: str) -> None:
        """A document's name, with a dot while it has unsaved changes and a triangle while it trains."""
        self.tabs.setTabText(index, f"{'▸ ' * trains}{name}.loom{'  •' * dirty}")
        self.tabs.setTabToolTip(index, path)

    def show_samples(self, shown: Shown) -> None:
        """What the data look like, and how many there are."""
        self.data.show_samples(shown.samples)
        if shown.rows.values:
            self.data.show_rows(shown.rows.names, shown.rows.values)
        self.data.show_sizes(shown.train, shown.validation, shown.test)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """The list and, on its tab, how many errors and warnings there are."""
        self.problems.show_problems(problems)
        count = sum(problem.severity != "hint" for problem in problems)
        self.bottom.setTabText(PROBLEMS, f"{self.tr('Problems')}  {count}" if count else self.tr("Problems"))

    def show_problems_tab(self) -> None:
        """Bring the problems to the front."""
        self.bottom.setCurrentIndex(PROBLEMS)

    def show_results_tab(self) -> None:
        """Bring the results to the front."""
        self.bottom.setCurrentIndex(RESULTS)

    def show_source_tab(self) -> None:
        """Bring the network's source to the front."""
        self.bottom.setCurrentIndex(SOURCE)
        self.source.area.setFocus()

    def show_code_tab(self) -> None:
        """Bring the code of a layer to the front."""
        self.bottom.setTabVisible(CODE, True)
        self.bottom.setCurrentIndex(CODE)
        self.code.setFocus()

    def hide_code_tab(self) -> None:
        """There is no code to show."""
        self.bottom.setTabVisible(CODE, False)

    def shows(self, panel: QWidget) -> bool:
        """Whether this panel of the bottom is the one in front."""
        return self.bottom.currentWidget() is panel

    def show_training_tab(self) -> None:
        """Bring the curves to the front."""
        self.bottom.setCurrentIndex(TRAINING)


def _flush(layout):  # type: ignore[no-untyped-def]
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
