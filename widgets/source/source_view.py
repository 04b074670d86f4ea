"""The network's source as it is now: to be read, to find one's layer in, to take away."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.parts.elided import ElidedLabel
from widgets.source.code_area import CodeArea


class SourceView(QWidget):
    """Shows source, marks lines in it, and says which line a person goes to."""

    line_chosen = Signal(int)  # counted from 1
    copy_requested = Signal()
    export_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area, self.state = CodeArea(), ElidedLabel()
        self.copy, self.export = QPushButton(self.tr("Copy")), QPushButton(self.tr("Export…"))
        self._is_own = False  # whether it is us who move the cursor
        self._stale = False
        self._assemble()
        self.area.cursorPositionChanged.connect(self._tell)
        self.area.left.connect(self.left)
        self.copy.clicked.connect(self.copy_requested)
        self.export.clicked.connect(self.export_requested)

    # -- what it shows ------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The source that is shown."""
        return self.area.toPlainText()

    def show_source(self, text: str, state: str = "", stale: bool = False) -> None:
        """Show this source; only the lines that differ are touched. ``stale``: it is not what the network is now."""
        self._is_own = True
        self._replace(text)
        self._is_own = False
        self.state.setText(state)
        self.state.setToolTip(state)
        self.area.setAccessibleDescription(state)
        for button in (self.copy, self.export):
            button.setEnabled(bool(text) and not stale)
        if stale != self._stale:
            self._stale = stale
            self._show_stale()

    def mark(self, numbers: Sequence[int]) -> None:
        """Mark these lines and bring the first into sight, unless one is reading here."""
        new = frozenset(numbers) != self.area.marked
        self.area.mark_lines(numbers)
        if new and numbers and not self.area.hasFocus():
            self._bring(numbers[0])

    def _bring(self, number: int) -> None:
        self._is_own = True
        first, page = self.area.firstVisibleBlock().blockNumber() + 1, self.area.verticalScrollBar().pageStep()
        self.area.setTextCursor(QTextCursor(self.area.document().findBlockByNumber(number - 1)))
        if number not in range(first, first + page - 1):  # the last one may be cut
            self.area.centerCursor()
        self._is_own = False

    def _show_stale(self) -> None:
        for widget, role, on in ((self.area, "stale", self._stale), (self.state, "role", "error" if self._stale else
                                                                     "small")):
            widget.setProperty(role, on)
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.area.highlighter.set_plain(self._stale)

    def _replace(self, text: str) -> None:
        old, new = self.text.split("\n"), text.split("\n")
        if old == new:
            return
        if old[0] != new[0] and not set(old) & set(new) - {""}:  # another one altogether
            self.area.setPlainText(text)
            return
        bar, first = self.area.verticalScrollBar(), self.area.firstVisibleBlock().blockNumber()
        steps = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
        for _, start, end, begin, stop in reversed(steps):
            self._replace_lines(start, end, new[begin:stop])
        bar.setValue(first + sum(stop - begin - (end - start) for _, start, end, begin, stop in steps if end <= first))

    def _replace_lines(self, start: int, end: int, lines: list[str]) -> None:
        """Put these in the place of the lines from ``start`` until before ``end``, counted from 0."""
        document = self.area.document()
        cursor, after = QTextCursor(document), document.findBlockByNumber(end)
        if after.isValid():
            cursor.setPosition(document.findBlockByNumber(start).position())
            cursor.setPosition(after.position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"{line}\n" for line in lines))
        else:  # the last line ends with the text; some line above it stays
            before = document.findBlockByNumber(start - 1)
            cursor.setPosition(before.position() + before.length() - 1)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"\n{line}" for line in lines))

    def _tell(self) -> None:
        if not self._is_own:
            self.line_chosen.emit(self.area.textCursor().blockNumber() + 1)

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.area.setReadOnly(True)
        flags = Qt.TextInteractionFlag
        self.area.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.area.setUndoRedoEnabled(False)
        self.area.setAccessibleName(self.tr("PyTorch source of the network"))
        self.area.setPlaceholderText(self.tr("The PyTorch code of the network stands here as soon as it can run."))
        self.state.setProperty("role", "small")
        self.copy.setToolTip(self.tr("Put the code on the clipboard"))
        self.copy.setAccessibleName(self.tr("Copy the code"))
        self.export.setToolTip(self.tr("Write the code to a file that needs only PyTorch"))
        self.export.setAccessibleName(self.tr("Export the code"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.state, 1)
        row.addWidget(self.copy)
        row.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.area, 1)
