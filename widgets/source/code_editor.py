"""The code of a code layer: written here, asked for with Apply or on leaving, and told where it is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.text import breakable
from widgets.parts.elided import ElidedLabel
from widgets.parts.focus import focus_changed
from widgets.source.code_area import CodeArea


class CodeEditor(QWidget):
    """Shows one layer's source; asks for another."""

    source_committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: str | None = None
        self._source = ""
        self.area = CodeArea()
        self.setFocusProxy(self.area)
        self.title, self.state, self.error = ElidedLabel(), QLabel(), QLabel(wordWrap=True)
        self.apply, self.revert = QPushButton(self.tr("Apply")), QPushButton(self.tr("Revert"))
        self._assemble()
        self.area.textChanged.connect(self._show_state)
        self.area.applied.connect(self.commit)
        self.area.left.connect(lambda: self.apply.setFocus() if self.apply.isEnabled() else self.area.clearFocus())
        self.apply.clicked.connect(self.commit)
        self.revert.clicked.connect(self.take_back)
        focus_changed().connect(self._follow_focus)
        self._show_state()

    # -- what it shows ------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is written, applied or not."""
        return self.area.toPlainText()

    @property
    def has_changes(self) -> bool:
        """Whether something is written that was not applied."""
        return self.text != self._source

    def show_code(self, name: str, source: str, error: str = "", line: int | None = None) -> None:
        """Show a layer's code and what is wrong with it; ``line`` counts from 1.

        What is being written stays when the same source comes again. Another source of the same layer replaces it,
        and Ctrl+Z brings it back.
        """
        if name != self._name:
            self._name, self._source = name, source
            self.area.setPlainText(source)
        elif source != self._source:
            self._source = source
            self._replace(source)
        self.title.setText(name)
        self.error.setText(breakable(error))
        self.error.setVisible(bool(error))
        self.area.mark_error(line if error else None)
        self._show_state()

    def take_back(self) -> None:
        """Show the source as it was applied last."""
        self._replace(self._source)
        self.area.setFocus()

    def forget(self) -> None:
        """What is shown next is of another document: it begins anew, whatever its name."""
        self._name = None
        self.area.setPlainText(self._source)

    def commit(self) -> None:
        """Ask for what is written, where it is something else."""
        if self.has_changes:
            self.source_committed.emit(self.text)

    def _follow_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        """One goes on elsewhere, where the layer may be changed: what is written counts first."""
        if old is not None and now is not None and self.isAncestorOf(old) and not self.isAncestorOf(now):
            self.commit()

    def _replace(self, source: str) -> None:
        """Another text as one step that can be undone; the cursor keeps its line where there is one."""
        if self.text == source:
            return
        line, column = self.area.textCursor().blockNumber(), self.area.textCursor().positionInBlock()
        cursor = QTextCursor(self.area.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(source)
        block = self.area.document().findBlockByNumber(min(line, self.area.blockCount() - 1))
        cursor.setPosition(block.position() + min(column, block.length() - 1))
        self.area.setTextCursor(cursor)

    def _show_state(self) -> None:
        changed = self.has_changes
        self.state.setText(self.tr("not applied yet") if changed else "")
        if not changed and self.focusWidget() in (self.apply, self.revert):
            self.area.setFocus()  # a button that goes grey would hand the keyboard to whatever comes next
        self.apply.setEnabled(changed)
        self.revert.setEnabled(changed)

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.title.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        self.state.setProperty("role", "small")
        self.error.setProperty("role", "error")
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.error.hide()
        self.apply.setProperty("role", "primary")
        self.apply.setToolTip(self.tr("Use this code (Ctrl+Enter)"))
        self.revert.setToolTip(self.tr("Back to the code that is in use"))
        self.area.setAccessibleName(self.tr("Code"))
        self.area.setAccessibleDescription(self.tr("Ctrl+Enter applies, Esc leaves the text"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.state)
        row.addStretch(1)
        row.addWidget(self.revert)
        row.addWidget(self.apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.area, 1)
        column.addWidget(self.error)
