"""The left panel: every layer by category, found by typing, added by dragging or a double-click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.layers.base import Layer
from widgets.look.guarded import guarded
from widgets.palette.tree import CATEGORY, KIND, OWN, REST, LayerFilter, LayerTree, layer_model, show_own

FOLDED = ("sequence", "attention", "math")  # at first: what one draws less often
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@guarded
class SearchField(QLineEdit):
    """A line to search with; its key is shown at the right while it rests."""

    moved_on = Signal()  # into what was found
    chosen = Signal()  # Enter: the best of it

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = QLabel(key, self)
        self._key.setProperty("role", "small")
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 10, 0)
        layout.addStretch()
        layout.addWidget(self._key)
        self.textChanged.connect(self._show_key)

    def _show_key(self) -> None:
        self._key.setVisible(not self.hasFocus() and not self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.text().strip():
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_Down or event.key() in _ENTER:
            self.moved_on.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_key()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_key()


class Palette(QWidget):
    """Search on top, the layers below."""

    layer_activated = Signal(str)
    arranged = Signal(list)  # what is folded and unfolded, for ``arrange`` at the next start
    own_menu_requested = Signal(str, QPoint)  # the kind of an own block under the right mouse button, and where

    def __init__(self, layers: Sequence[type[Layer]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        self._folded: set[str] = set(FOLDED)
        self._layers, self._filter = layer_model(layers), LayerFilter(self)
        self._layers.setParent(self)
        self._filter.setSourceModel(self._layers)
        self._search, self._tree, self._none = SearchField("/", self), LayerTree(self), QLabel(self)
        self._search.setPlaceholderText(self.tr("Search layers…"))
        self._search.setAccessibleName(self.tr("Search layers"))
        self._tree.setModel(self._filter)
        self._tree.setAccessibleName(self.tr("Layers"))
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._unfold()
        self._none.setProperty("role", "dim")
        self._none.setWordWrap(True)
        self._none.hide()
        self._lay_out()
        self._connect()

    def focus_search(self) -> None:
        """Begin a search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def end_search(self) -> None:
        """The whole list again, for another network; the keyboard stays where it is."""
        self._search.clear()

    def show_own_blocks(self, blocks: Sequence[tuple[str, str]]) -> None:
        """The person's own blocks, as (label, kind), in a category of their own."""
        show_own(self._layers, self.tr("My blocks"), blocks, self.tr("A block of your own"))
        self._find(self._search.text())

    def arrangement(self) -> list[str]:
        """Folded categories with “-”, long ones that show everything with “+”."""
        return [*(f"-{name}" for name in sorted(self._folded)), *(f"+{name}" for name in sorted(self._filter.complete))]

    def arrange(self, arrangement: Sequence[str]) -> None:
        """Fold and unfold as it once was."""
        self._folded = {name[1:] for name in arrangement if name.startswith("-")}
        self._filter.complete = {name[1:] for name in arrangement if name.startswith("+")}
        self._find(self._search.text())

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(12, 12, 12, 8)
        head.setSpacing(12)
        head.addWidget(self._search)
        head.addWidget(self._none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._tree, 1)
        layout.addStretch()

    def _connect(self) -> None:
        self._search.textChanged.connect(self._find)
        self._search.moved_on.connect(self._enter_list)
        self._search.chosen.connect(self._choose_best)
        self._tree.layer_activated.connect(self.layer_activated)
        self._tree.done.connect(self._end_search)
        self._tree.rest_toggled.connect(self._toggle_rest)
        self._tree.customContextMenuRequested.connect(self._ask_own_menu)
        self._tree.left_upwards.connect(self.focus_search)
        self._tree.expanded.connect(lambda index: self._remember(index, folded=False))
        self._tree.collapsed.connect(lambda index: self._remember(index, folded=True))

    # -- searching ----------------------------------------------------------------------------------------------

    def _find(self, text: str) -> None:
        self._tree.is_searching = bool(text.strip())
        self._filter.search(text)
        self._unfold()
        found = self._filter.rowCount() > 0
        self._tree.setVisible(found)
        self._none.setVisible(not found)
        self._none.setText(self.tr("No layer matches “{text}”.").format(text=text.strip()))
        self._tree.setCurrentIndex(self._filter.best() if self._tree.is_searching else QModelIndex())

    def _end_search(self) -> None:
        """What was looked for is found: the whole list again, and the keyboard where the next search is typed."""
        if self._tree.is_searching:
            had_focus = self._tree.hasFocus()
            self._search.clear()
            if had_focus:
                self.focus_search()

    def _choose_best(self) -> None:
        """Enter adds what is marked while one types; several layers are added by typing on."""
        current = self._tree.currentIndex()
        index = current if current.data(KIND) is not None else self._filter.best()
        if index.isValid():
            self.layer_activated.emit(index.data(KIND))
            self._search.clear()

    def _unfold(self) -> None:
        """While searching every result shows; afterwards the categories are as the person left them."""
        for row in range(self._filter.rowCount()):
            index = self._filter.index(row, 0)
            self._tree.setExpanded(index, self._tree.is_searching or index.data(CATEGORY) not in self._folded)

    def _remember(self, index: QModelIndex, folded: bool) -> None:
        name = index.data(CATEGORY)
        if not self._tree.is_searching and folded != (name in self._folded):
            (self._folded.add if folded else self._folded.discard)(name)
            self.arranged.emit(self.arrangement())

    def _toggle_rest(self, category: str) -> None:
        """Show the whole of a long category, or its beginning; the row one clicked keeps the keyboard."""
        self._filter.show_rest(category, category not in self._filter.complete)
        self._unfold()
        row = next((row for row in self._rest_rows() if row.data(CATEGORY) == category), QModelIndex())
        self._tree.setCurrentIndex(row)
        self.arranged.emit(self.arrangement())

    def _rest_rows(self) -> list[QModelIndex]:
        headings = [self._filter.index(row, 0) for row in range(self._filter.rowCount())]
        rows = [self._filter.index(self._filter.rowCount(heading) - 1, 0, heading) for heading in headings]
        return [row for row in rows if row.data(REST)]

    def _ask_own_menu(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if index.data(CATEGORY) == OWN and index.data(KIND) is not None:
            self.own_menu_requested.emit(index.data(KIND), self._tree.viewport().mapToGlobal(place))

    def _enter_list(self) -> None:
        if not self._filter.rowCount():
            return
        if not self._tree.currentIndex().isValid():
            self._tree.setCurrentIndex(self._filter.best())
        self._tree.setFocus(Qt.FocusReason.OtherFocusReason)
