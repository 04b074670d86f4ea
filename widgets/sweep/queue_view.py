"""What trains and what waits for it: in which order, for how long; moved by mouse or keys, taken out again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.sweep.queue_row import QueueRow
from widgets.sweep.values import Waiting

EDGE, GAP = 8, 4


@guarded
class DropLine(QWidget):
    """Shows where a row would go."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()), 1.5, 1.5)


@guarded
class QueueView(QWidget):
    """Asks for another order; whoever listens shows it then."""

    moved = Signal(list)  # keys of what waits, in the order that is wanted
    removed = Signal(str)
    meanwhile_changed = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Queue"))
        self.rows: list[QueueRow] = []
        self.words = QLabel(self.tr(
            "Nothing waits: press Train on another network while one trains, and it waits here."), wordWrap=True)
        self.words.setProperty("role", "dim")
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(EDGE, EDGE, EDGE - BAR + EDGE // 2, EDGE)
        self._column.setSpacing(GAP)
        self.words.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        self._column.addWidget(self.words)
        self._column.addStretch(1)
        self._scroll = ScrollPanel()
        self._scroll.setWidget(self._page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        self._line = DropLine(self._page)
        self._line.hide()

    # -- what to show -------------------------------------------------------------------------------------------

    def show_queue(self, entries: Sequence[Waiting]) -> None:
        """What trains stands first. A row that stays is the same one, so that the keyboard is where it was."""
        ordered = sorted(entries, key=lambda entry: not entry.running)
        there = {row.entry.key: row for row in self.rows}
        focus = next((at for at, row in enumerate(self.rows) if row.hasFocus()), None)
        keys = [entry.key for entry in ordered]
        for key in there.keys() - set(keys):
            self._drop(there.pop(key))
        self.rows = [there.get(entry.key) or self._row(entry) for entry in ordered]
        self._place_rows()
        place, aligned = 0, any(entry.can_meanwhile and not entry.running for entry in entries)
        for row, entry in zip(self.rows, ordered, strict=True):
            place += not entry.running
            row.show_entry(entry, None if entry.running else place, aligned)
        self.words.setVisible(not any(not entry.running for entry in entries))
        if focus is not None and self.rows and not any(row.hasFocus() for row in self.rows):
            self.rows[min(focus, len(self.rows) - 1)].setFocus()

    def _row(self, entry: Waiting) -> QueueRow:
        row = QueueRow(entry)
        row.removed.connect(lambda: self.removed.emit(row.entry.key))
        row.stepped.connect(lambda by: self._step(row, by))
        row.walked.connect(lambda by: self._walk(row, by))
        row.dragged.connect(lambda at: self._show_drop(row, at))
        row.dropped.connect(lambda at: self._drop_at(row, at))
        row.cancelled.connect(self._line.hide)
        row.meanwhile_changed.connect(lambda on: self.meanwhile_changed.emit(row.entry.key, on))
        return row

    def _drop(self, row: QueueRow) -> None:
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _place_rows(self) -> None:
        """Only rows that stand elsewhere are moved."""
        for at, row in enumerate(self.rows):
            item = self._column.itemAt(at)
            if item is None or item.widget() is not row:
                self._column.insertWidget(at, row)
        for before, row in zip(self.rows, self.rows[1:], strict=False):
            QWidget.setTabOrder(before, row)

    @property
    def waiting(self) -> list[QueueRow]:
        """Rows that can be moved, from the top."""
        return [row for row in self.rows if not row.entry.running]

    # -- the order ----------------------------------------------------------------------------------------------

    def _step(self, row: QueueRow, by: int) -> None:
        if row in self.waiting:
            self._ask(row, self.waiting.index(row) + by)

    def _ask(self, row: QueueRow, place: int) -> None:
        """Another order, if it is another."""
        before = [each.entry.key for each in self.waiting]
        after = [key for key in before if key != row.entry.key]
        after.insert(min(max(0, place), len(after)), row.entry.key)
        if after != before:
            self.moved.emit(after)

    def _walk(self, row: QueueRow, by: int) -> None:
        at = self.rows.index(row) + by
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus()
            self._scroll.ensureWidgetVisible(self.rows[at])

    def _place_at(self, row: QueueRow, at: QPointF) -> int:
        """Before how many of the others the mouse is not."""
        y = self._page.mapFromGlobal(at).y()
        return sum(other.geometry().center().y() < y for other in self.waiting if other is not row)

    def _show_drop(self, row: QueueRow, at: QPointF) -> None:
        """A line between the rows where it would go."""
        others = [other for other in self.waiting if other is not row]
        place = self._place_at(row, at)
        y = others[place].y() if place < len(others) else self.waiting[-1].geometry().bottom() + GAP
        self._line.setGeometry(EDGE, y - GAP // 2 - 1, self._page.width() - 2 * EDGE, 3)
        self._line.show()
        self._line.raise_()
        here = self._page.mapFromGlobal(at).toPoint()
        self._scroll.ensureVisible(0, QPoint(here).y(), 0, row.height())

    def _drop_at(self, row: QueueRow, at: QPointF) -> None:
        self._line.hide()
        self._ask(row, self._place_at(row, at))

    def changeEvent(self, event: QEvent) -> None:
        """Icons take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            for row in self.rows:
                row.put_on()
