"""The left panel: every layer by category, found by typing, added by dragging or a double-click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.layers.base import Layer
from widgets.palette_tree import CATEGORY, LAYER_MIME, LayerFilter, LayerTree, layer_model

__all__ = ["LAYER_MIME", "Palette"]

_ON = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SearchField(QLineEdit):
    """A line to search with; its key is shown at the right while it rests."""

    moved_on = Signal()

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
        if event.key() in _ON:
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

    def __init__(self, layers: Sequence[type[Layer]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        self._folded: set[str] = set()
        self._layers, self._filter = layer_model(layers), LayerFilter(self)
        self._layers.setParent(self)
        self._filter.setSourceModel(self._layers)
        self._search, self._tree, self._none = SearchField("/", self), LayerTree(self), QLabel(self)
        self._search.setPlaceholderText(self.tr("Search layers…"))
        self._search.setAccessibleName(self.tr("Search layers"))
        self._tree.setModel(self._filter)
        self._tree.setAccessibleName(self.tr("Layers"))
        self._tree.expandAll()
        self._none.setProperty("role", "dim")
        self._none.setWordWrap(True)
        self._none.hide()
        self._lay_out()
        self._connect()

    def focus_search(self) -> None:
        """Begin a search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

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
        self._tree.layer_activated.connect(self.layer_activated)
        self._tree.key_done.connect(self._end_search)
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

    def _unfold(self) -> None:
        """While searching every result shows; afterwards the categories are as the person left them."""
        for row in range(self._filter.rowCount()):
            index = self._filter.index(row, 0)
            self._tree.setExpanded(index, self._tree.is_searching or index.data(CATEGORY) not in self._folded)

    def _remember(self, index: QModelIndex, folded: bool) -> None:
        if not self._tree.is_searching:
            (self._folded.add if folded else self._folded.discard)(index.data(CATEGORY))

    def _enter_list(self) -> None:
        if not self._filter.rowCount():
            return
        if not self._tree.currentIndex().isValid():
            self._tree.setCurrentIndex(self._filter.best())
        self._tree.setFocus(Qt.FocusReason.OtherFocusReason)
