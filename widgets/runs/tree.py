"""The rows in sight: chosen, hovered, folded, starred by mouse and keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QStyleOptionViewItem, QTreeView, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.runs.header import RunsHeader
from widgets.runs.model import NOTE, RunsModel, stretches
from widgets.runs.note_editor import NoteDelegate
from widgets.runs.ordering import RUN
from widgets.runs.painting import ROW, ColorOf, RowLook, RowPainter
from widgets.runs.rows import RunRow

Index = QModelIndex | QPersistentModelIndex
Flags = QItemSelectionModel.SelectionFlag
Place = tuple[int, int]  # a row, and -1 or which of its members
LETTERS = Qt.KeyboardModifier.KeypadModifier  # keys with it are as good as others


@guarded
class RunsTree(QTreeView):
    """Says by keys of rows what a hand does; which runs a group stands for is told by ``chosen_runs``."""

    chosen = Signal()  # others are selected
    hovered = Signal(str)
    activated_row = Signal(str)
    star_pressed = Signal(str)
    note_written = Signal(str, str)
    delete_pressed = Signal()
    typed = Signal(str)  # letters, meant for the filter
    left_upwards = Signal()

    def __init__(self, model: RunsModel, color_of: ColorOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs, self._color_of = model, color_of
        self.head = RunsHeader(model, self)
        self._painter: RowPainter | None = None
        self._mouse: QPoint | None = None
        self._is_sign_pressed = False  # a star or a triangle: until it is let go nothing else is dragged
        self._hovered = self._lit = self._edited = ""
        self._unfolded, self._texts = set[str](), dict[str, str]()
        self._set_up()
        self.selectionModel().selectionChanged.connect(self._choose_anew)
        self.expanded.connect(lambda index: self._unfolded.add(self.key_at(index)))
        self.collapsed.connect(lambda index: self._unfolded.discard(self.key_at(index)))

    def _set_up(self) -> None:
        delegate = NoteDelegate(self.note_room, self)
        delegate.written.connect(self._write_note)
        self.setHeader(self.head)
        self.head.setSectionsClickable(True)  # what a view that does not sort by itself takes away
        self.head.sectionHandleDoubleClicked.connect(self.head.let_go)  # after what Qt's own view does then
        self.setModel(self.runs)
        self.setItemDelegate(delegate)
        self.setProperty("role", "rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW)
        self.setAccessibleName(self.tr("Runs"))

    # -- rows ---------------------------------------------------------------------------------------------------

    @property
    def look(self) -> RowPainter:
        """Fonts and colours of now."""
        if self._painter is None:
            self._painter = RowPainter(self._color_of)
        return self._painter

    def key_at(self, index: Index) -> str:
        """The key of a row, "" beside all of them."""
        row = self.runs.row_at(index)
        return row.key if row is not None else ""

    def chosen_rows(self) -> Iterator[QModelIndex]:
        """Selected rows from top to bottom, members of groups that are selected as a whole left out."""
        places = sorted(self._places())
        whole = {top for top, member in places if member < 0}
        for top, member in places:
            if member < 0 or top not in whole:
                yield self._row(top, member)

    def _places(self) -> set[Place]:
        found = set[Place]()
        for stretch in cast(Iterable[QItemSelectionRange], self.selectionModel().selection()):
            above, rows = stretch.parent().row(), range(stretch.top(), stretch.bottom() + 1)
            found.update((row, -1) if above < 0 else (above, row) for row in rows)
        return found

    def _row(self, top: int, member: int) -> QModelIndex:
        index = self.runs.index(top, 0)
        return index if member < 0 else self.runs.index(member, 0, index)

    def chosen_runs(self) -> list[str]:
        """The runs that are selected, groups by their members."""
        return [key for index in self.chosen_rows() for key in self.runs.shown_runs(index)]

    def choose(self, indexes: Iterable[QModelIndex]) -> None:
        """Select these rows instead of others, and see the first of them."""
        rows = list(indexes)
        self._select(rows)
        if rows:
            self.selectionModel().setCurrentIndex(rows[0], Flags.NoUpdate)
            self.scrollTo(rows[0])

    def _select(self, indexes: Sequence[QModelIndex]) -> None:
        """Neighbours as one: what Qt does with a selection takes as long as it has pieces."""
        levels, selection = defaultdict[int, list[int]](list), QItemSelection()
        for index in indexes:
            levels[index.parent().row()].append(index.row())
        for above, rows in levels.items():
            parent, last = self.runs.index(above, 0), self.runs.columnCount() - 1
            for top, bottom in stretches(sorted(rows)):
                selection.select(self.runs.index(top, 0, parent), self.runs.index(bottom, last, parent))
        self.selectionModel().select(selection, Flags.ClearAndSelect)

    @contextmanager
    def keeping_chosen(self) -> Iterator[None]:
        """Rows come, go and move: Qt would follow every cell of a selection by itself, which takes much longer."""
        keys = [self.key_at(self._row(*place)) for place in self._places()]
        current, above = self.key_at(self.currentIndex()), self._above(self.currentIndex())
        self.selectionModel().clearSelection()
        yield
        if current and not self.runs.index_of(current).isValid():  # the one below it takes its place
            place = sum(self.runs.index_of(key).isValid() for key in above)
            there = self.runs.index(min(place, self.runs.rowCount() - 1), 0)
            self.selectionModel().setCurrentIndex(there, Flags.NoUpdate)
        self._select([index for key in keys if (index := self.runs.index_of(key)).isValid()])

    def _above(self, index: Index) -> list[str]:
        """The rows, and whole groups, over one."""
        top = index.parent() if index.parent().isValid() else index
        return [self.key_at(self.runs.index(row, 0)) for row in range(top.row())]

    def _choose_anew(self) -> None:
        self.viewport().update()  # members look as their group does
        self.chosen.emit()

    # -- showing by difference ----------------------------------------------------------------------------------

    def anchor(self) -> tuple[str, int] | None:
        """The first row in sight and where it is, so that it stays there; at the top nothing needs to."""
        index = self.indexAt(QPoint(1, 1))
        if self.verticalScrollBar().value() == 0 or not index.isValid():
            return None
        return self.key_at(index), self.visualRect(index).top()

    def settle(self, anchor: tuple[str, int] | None) -> None:
        """After other rows came: unfolded groups are so again, nothing in sight moved, and what is under the mouse."""
        for key in self._unfolded.intersection(self.runs.group_keys()):
            self.setExpanded(self.runs.index_of(key), True)
        if self.indexWidget(self.runs.index_of(self._edited).siblingAtColumn(NOTE)) is None:
            self._edited = ""  # with its row the editor went
        if anchor is not None:
            index = self.runs.index_of(anchor[0])
            self.executeDelayedItemsLayout()
            if index.isValid():
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() + self.visualRect(index).top() - anchor[1])
        self._hover_anew()

    # -- hovering -----------------------------------------------------------------------------------------------

    def light(self, key: str) -> None:
        """Let a row stand out that is hovered elsewhere; one in a folded group by that."""
        index = self.runs.index_of(key)
        if index.parent().isValid() and not self.isExpanded(index.parent()):
            key = self.key_at(index.parent())
        if key != self._lit:
            self._lit = key
            self.viewport().update()

    def pick(self, index: Index) -> None:
        """Make a row the one in hand, selected beside those that are."""
        self.setExpanded(index.parent(), index.parent().isValid())
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.Select | flags.Rows)
        self.scrollTo(index)
        self.setFocus()

    def _hover_anew(self) -> None:
        """Say what is under the mouse, when that is another row."""
        key = self.key_at(self.indexAt(self._mouse)) if self._mouse is not None else ""
        if key != self._hovered:
            for each in (self._hovered, key):
                self._redraw(each)
            self._hovered = key
            self.hovered.emit(key)

    def _redraw(self, key: str) -> None:
        box = self.visualRect(self.runs.index_of(key))
        self.viewport().update(QRect(0, box.top(), self.viewport().width(), box.height()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._hover_anew()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._mouse = None
            self._hover_anew()
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position().toPoint()
        self._hover_anew()
        if not self._is_sign_pressed:
            super().mouseMoveEvent(event)

    # -- pressing -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_sign_pressed = self._press_sign(event)
        if not self._is_sign_pressed:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_sign_pressed:
            super().mouseReleaseEvent(event)
        self._is_sign_pressed = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._is_sign_pressed = self._press_sign(event)
        if not self._is_sign_pressed and index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.activate_row(index)

    def activate_row(self, index: Index) -> None:
        """Ask for the run there; a group unfolds."""
        if self.runs.hasChildren(self._first(index)):
            self.setExpanded(self._first(index), not self.isExpanded(self._first(index)))
        else:
            self.activated_row.emit(self.key_at(index))

    def _press_sign(self, event: QMouseEvent) -> bool:
        """The star, or the triangle of a group: what is selected stays so."""
        at, keys = event.position(), event.modifiers()
        index = self._first(self.indexAt(at.toPoint()))
        row = self.runs.row_at(index)
        if row is None or event.button() != Qt.MouseButton.LeftButton or keys != Qt.KeyboardModifier.NoModifier:
            return False
        cell, is_member = self._cell(index, 0), index.parent().isValid()
        if self.look.star_box(cell, row, is_member).contains(at):
            self.star_pressed.emit(row.key)
            return True
        if self.runs.hasChildren(index) and self.look.fold_box(cell, is_member).contains(at):
            self.setExpanded(index, not self.isExpanded(index))
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_typing = self.state() == QAbstractItemView.State.EditingState  # Enter comes here from the note, too
        if is_typing or not self._press_key(Qt.Key(event.key()), event.modifiers(), event.text()):
            super().keyPressEvent(event)

    def _press_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> bool:
        """Whether it means something else than in every list."""
        current, letter = self.currentIndex(), not modifiers & ~(LETTERS | Qt.KeyboardModifier.ShiftModifier)
        plain = not modifiers & ~LETTERS
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid():
            self.activate_row(current)
        elif key == Qt.Key.Key_Space and plain and current.isValid():
            self.star_pressed.emit("")
        elif key == Qt.Key.Key_F2:
            self.edit_note()
        elif key == Qt.Key.Key_Delete and plain:
            self.delete_pressed.emit()
        elif key == Qt.Key.Key_Up and plain and not self.indexAbove(current).isValid():
            self.left_upwards.emit()
        elif letter and text.strip() and text.isprintable():
            self.typed.emit(text)
        else:
            return False
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    # -- columns ------------------------------------------------------------------------------------------------

    def fit(self, texts: dict[str, str] | None = None) -> None:
        """Columns as wide as their longest texts, where those are told; what changed has the rest."""
        if texts is not None:
            self._texts = texts
        fonts = {RUN: QFontMetricsF(theme.ui_font(13))}
        wide = {key: round(fonts.get(key, self.look.numbers).horizontalAdvance(text))
                for key, text in self._texts.items()}  # fmt: skip
        self.head.fit(wide, self.viewport().width())

    # -- notes --------------------------------------------------------------------------------------------------

    def edit_note(self) -> None:
        """Type the note of the current row in its place."""
        index = self.currentIndex()
        if index.isValid() and self.state() != QAbstractItemView.State.EditingState:
            place = index.siblingAtColumn(NOTE)
            self.scrollTo(place)
            self._edited = self.key_at(index)
            self.edit(place)
            self._redraw(self._edited)

    def note_room(self, index: Index) -> QRect:
        """Where it is typed: behind the words."""
        row = self.runs.row_at(index)
        cell = self._cell(index, NOTE)
        return self.look.note_box(cell, row).toRect() if row is not None else cell.toRect()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Back to the rows."""
        self._edited = ""
        super().closeEditor(editor, hint)
        self.viewport().update()

    def _write_note(self, index: QModelIndex, text: str) -> None:
        row = self.runs.row_at(index)
        if row is not None and text != row.note:
            self.note_written.emit(row.key, text)

    # -- drawing ------------------------------------------------------------------------------------------------

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The whole row at once: a cell at a time takes several times as long."""
        row, first = self.runs.row_at(index), self._first(index)
        if row is not None:
            box = option.rect
            cells = [self._box(column, box.top(), box.height()) for column in range(self.runs.columnCount())]
            line = QRect(0, box.top(), self.viewport().width(), box.height())
            self.look.paint(painter, line, cells, row, self.runs.columns, self._row_look(first, row))

    def _row_look(self, index: QModelIndex, row: RunRow) -> RowLook:
        parent, model = index.parent(), self.selectionModel()
        is_chosen = model.isSelected(index) or (parent.isValid() and model.isSelected(parent))
        is_current = self.hasFocus() and index == self._first(self.currentIndex())
        unfolded = self.isExpanded(index) if self.runs.hasChildren(index) else None
        return RowLook(is_chosen, row.key in (self._hovered, self._lit), is_current, parent.isValid(), unfolded,
                       row.key == self._edited)

    def _first(self, index: Index) -> QModelIndex:
        return index.sibling(index.row(), 0)

    def _cell(self, index: Index, column: int) -> QRectF:
        box = self.visualRect(self._first(index))
        return self._box(column, box.top(), box.height())

    def _box(self, column: int, top: int, height: int) -> QRectF:
        return QRectF(self.head.sectionViewportPosition(column), top, self.head.sectionSize(column), height)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._painter = None
            self.viewport().update()
