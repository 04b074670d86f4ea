"""The outline: every layer of the network in a list, blocks unfolding to what is inside; in step with the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine.advice.advice import Problem
from engine.analysis.analysis import Analysis
from widgets.frame.outline_model import ENTRY, PATH, Entry, OutlineModel
from widgets.look import theme
from widgets.look.guarded import guarded

ROW, INDENT, PAD = 40, 14, 13
_SIGNS = {"error": ("!", "error"), "warning": ("!", "warn")}


@guarded
class OutlineTree(QTreeView):
    """The list itself. Enter and a double-click go there; left and right fold as everywhere."""

    entered = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered.emit(self.currentIndex().data(PATH))
        else:
            super().keyPressEvent(event)

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Only a small triangle: the row itself shows whether it is selected."""
        if self.model().hasChildren(index):
            x, y, turned = rect.right() - INDENT / 2 + 1, rect.center().y() + 0.5, self.isExpanded(index)
            points = [(-4, -2), (4, -2), (0, 3)] if turned else [(-2, -4), (3, 0), (-2, 4)]
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("dim"))
            painter.drawPolygon([QPointF(x + dx, y + dy) for dx, dy in points])
            painter.restore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.entered.emit(index.data(PATH))


class Outline(QWidget):
    """Says which layers were selected here; is told which are selected on the canvas."""

    selected = Signal(list)  # dotted paths, all of one level, the current one last
    entered = Signal(str)  # go to this layer; into it where it is a block

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model, self.tree, self._none = OutlineModel(self), OutlineTree(self), QLabel(self)
        self._quiet = False
        self._none.setText(self.tr("This network has no layers yet."))
        self._none.setProperty("role", "dim")
        self._none.setWordWrap(True)
        self._none.setContentsMargins(14, 14, 14, 0)
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(OutlineDelegate(self.tree))
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(INDENT)
        self.tree.setMouseTracking(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setAccessibleName(self.tr("Outline of the network"))
        self.setFocusProxy(self.tree)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._none)
        column.addWidget(self.tree, 1)
        column.addStretch()
        self.tree.selectionModel().selectionChanged.connect(self._tell)
        self.tree.entered.connect(self.entered)
        self._show_emptiness()

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_network(self, analysis: Analysis, problems: Iterable[Problem]) -> None:
        """Show this network; what is unfolded and selected stays so."""
        if analysis is self.model.analysis:
            return
        unfolded, chosen = self._unfolded(), self.paths()
        self._quiet = True
        if self.model.show(analysis, problems):
            for path in unfolded:
                index = self.model.index_of(path)
                if index.data(PATH) == path:
                    self.tree.setExpanded(index, True)
            self._choose(chosen)
        self._quiet = False
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        empty = self.model.rowCount() == 0
        self._none.setVisible(empty)
        self.tree.setVisible(not empty)

    def _unfolded(self) -> list[str]:
        found, waiting = [], [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            for row in range(self.model.rowCount(parent)):
                index = self.model.index(row, 0, parent)
                if self.model.hasChildren(index) and self.tree.isExpanded(index):
                    found.append(index.data(PATH))
                    waiting.append(index)
        return found

    # -- selection ----------------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """What is selected here."""
        return [index.data(PATH) for index in self.tree.selectionModel().selectedIndexes()]

    def select(self, paths: Sequence[str]) -> None:
        """Select what is selected on the canvas; one inside a block is unfolded to."""
        if set(paths) != set(self.paths()):
            self._quiet = True
            self._choose(paths)
            self._quiet = False

    def _choose(self, paths: Sequence[str]) -> None:
        selection, last = QItemSelection(), QModelIndex()
        for path in paths:
            index = self.model.index_of(path)
            if index.data(PATH) == path:
                selection.select(index, index)
                last = index
        flags = QItemSelectionModel.SelectionFlag
        self.tree.selectionModel().select(selection, flags.ClearAndSelect)
        if last.isValid():
            self.tree.selectionModel().setCurrentIndex(last, flags.NoUpdate)
            self.tree.scrollTo(last)

    def _tell(self) -> None:
        """Layers of one level can be selected on the canvas at a time: that of the current row."""
        paths = self.paths()
        if self._quiet or not paths:
            return
        current = self.tree.currentIndex().data(PATH)
        current = current if current in paths else paths[-1]
        level = current.rpartition(".")[0]
        same = [path for path in paths if path.rpartition(".")[0] == level and path != current]
        self.selected.emit([*same, current])


@guarded
class OutlineDelegate(QStyledItemDelegate):
    """A row as on a card: category, name and parameters, below them kind and shape."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, Entry):
            painter.save()
            self._paint(painter, option, entry)
            painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        look, rect = theme.current(), QRect(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(rect).adjusted(2, 2, -8, -2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.raised))
            painter.drawRoundedRect(body, 5, 5)
        if chosen:
            focused = bool(option.state & QStyle.StateFlag.State_Active) and option.widget.hasFocus()
            painter.setPen(QPen(QColor(look.accent if focused else look.dim), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.6, 0.6, -0.6, -0.6), 5, 5)
        painter.fillRect(QRectF(body.left() + 3, body.top() + 5, 3, body.height() - 10),
                         theme.category_color(entry.node.layer.category))
        self._paint_words(painter, look, body.adjusted(PAD, 0, -6, 0), entry)

    def _paint_words(self, painter: QPainter, look: theme.Theme, body: QRectF, entry: Entry) -> None:
        name, small, mono = theme.ui_font(13, QFont.Weight.DemiBold), theme.ui_font(11), theme.mono_font(11)
        right = body.right()
        if entry.problem is not None and entry.problem.severity in _SIGNS:
            sign, token = _SIGNS[entry.problem.severity]
            _draw(painter, name, theme.color(token), QPointF(right - 6, body.top() + 15), sign)
            right -= 14
        right = _draw_right(painter, mono, QColor(look.dim), right, body.top() + 15, entry.params)
        tone = QColor(look.dim if entry.node.bypassed else look.text)
        _draw(painter, name, tone, QPointF(body.left(), body.top() + 15), entry.node.name, right - body.left() - 6)
        right = _draw_right(painter, mono, QColor(look.dim), body.right(), body.bottom() - 6, entry.shape)
        _draw(painter, small, QColor(look.dim), QPointF(body.left(), body.bottom() - 6), entry.kind,
              right - body.left() - 6)


def _draw_right(painter: QPainter, font: QFont, tone: QColor, right: float, base: float, text: str) -> float:
    """Draw up to ``right``; returns where the words begin."""
    left = right - QFontMetricsF(font).horizontalAdvance(text)
    _draw(painter, font, tone, QPointF(left, base), text)
    return left


def _draw(painter: QPainter, font: QFont, tone: QColor, at: QPointF, text: str, room: float = 1e6) -> None:
    painter.setFont(font)
    painter.setPen(tone)
    words = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(at, words)
