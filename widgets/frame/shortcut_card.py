"""The card of all shortcuts and gestures over the window, on which every command can be given other keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.search.matching import has_words
from widgets.frame.shortcut_row import ShortcutRow, native
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.filter_line import FilterLine
from widgets.parts.focus import can_have_focus, focus_changed
from widgets.parts.still import StillToolButton

MARGIN, WIDEST, HIGHEST, COLUMN = 24, 1320, 1020, 300


class Entry(NamedTuple):
    """A command, or (without an id) something that only is told."""

    id: str
    text: str
    keys: tuple[str, ...]
    changed: bool = False


@guarded
class ShortcutCard(QFrame):
    """Says which keys are wanted; what they are then is shown with ``show_keys``."""

    keys_chosen = Signal(str, list)  # id, keys
    reset_requested = Signal(str)  # id; empty: all of them
    closed = Signal()

    def __init__(self, host: QWidget, sections: Sequence[tuple[str, Sequence[Entry]]],
                 owner: Callable[[str, str], str | None]) -> None:
        """``owner`` says whose (in words) a key already is."""
        super().__init__(host)
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._host, self._owner, self._before = host, owner, host.window().focusWidget()
        self._sections, self._asked, self._is_over = sections, "", False
        self.rows: dict[str, ShortcutRow] = {}
        self._current: ShortcutRow | None = None
        self.filter = FilterLine(self.tr("Find a command or a key…"), self)
        self.filter.textChanged.connect(self._fill)
        self.filter.left_downwards.connect(self._enter_rows)
        self.filter.accepted.connect(self._enter_rows)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._assemble()
        self._fill()
        host.installEventFilter(self)

    def open(self) -> None:
        """Appear in the middle of the host."""
        self._place()
        self.show()
        self.raise_()
        self.filter.setFocus()
        focus_changed().connect(self._follow_focus)

    def close_card(self, back: bool = True) -> None:
        """Go away; the keyboard is where it was, unless it has gone elsewhere."""
        if not self.isHidden():
            focus_changed().disconnect(self._follow_focus)
            self._is_over = True
            if back and can_have_focus(self._before):
                self._before.setFocus()
            self.hide()
            self.closed.emit()
            self.deleteLater()

    def show_keys(self, id: str, keys: Sequence[str], changed: bool) -> None:
        """A command has other keys now."""
        self._sections = [
            (title, [entry._replace(keys=tuple(keys), changed=changed) if entry.id == id else entry
                     for entry in entries])
            for title, entries in self._sections]
        if id in self.rows:
            self.rows[id].show_keys(keys, changed)

    # -- parts --------------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        title = QLabel(self.tr("Keyboard shortcuts"), self)
        title.setProperty("role", "title")
        close = self._cross = StillToolButton(self)
        close.setIcon(QIcon(icon_url("close", theme.current().dim)))
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Close"))
        close.clicked.connect(lambda: self.close_card())
        head, foot, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        self.filter.setFixedWidth(260)
        for widget in (title, self.filter):
            head.addWidget(widget)
            head.addSpacing(16)
        head.addStretch(1)
        head.addWidget(close)
        foot.addWidget(self.said, 1)
        self.take, self.reset, self.remove, self.reset_all = (
            self._button(self.tr("Take over"), self._take_over), self._button(self.tr("Reset"), self._reset),
            self._button(self.tr("Remove keys"), self._remove), self._button(self.tr("Reset all"), self._reset_all))
        for button in (self.take, self.remove, self.reset, self.reset_all):
            foot.addWidget(button)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        column.addLayout(foot)

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        button.clicked.connect(act)
        return button

    def _fill(self) -> None:
        """The sections in columns of about one length, with what the filter leaves."""
        if self._area.isAncestorOf(self.focusWidget() or self):
            self.filter.setFocus()  # before its row goes: the keyboard would land behind the card
        self.rows, self._current = {}, None
        inside = QWidget()
        across = QHBoxLayout(inside)
        across.setContentsMargins(0, 0, 8, 0)
        across.setSpacing(24)
        for sections in self._columns():
            column = QVBoxLayout()
            column.setSpacing(1)
            for title, entries in sections:
                self._add_section(column, title, entries)
            column.addStretch(1)
            across.addLayout(column, 1)
        self._area.setWidget(inside)
        self._tell_usual()

    def _columns(self) -> list[list[tuple[str, list[Entry]]]]:
        shown = [(title, [entry for entry in entries if self._is_wanted(title, entry)])
                 for title, entries in self._sections]
        shown = [(title, entries) for title, entries in shown if entries]
        count = max(1, min(4, (self._size()[0] - 40) // COLUMN))
        most = sum(len(entries) + 2 for _, entries in shown) / count
        columns: list[list[tuple[str, list[Entry]]]] = [[]]
        filled = 0.0
        for title, entries in shown:
            if filled + len(entries) / 2 > most and len(columns) < count:
                columns.append([])
                filled = 0.0
            columns[-1].append((title, entries))
            filled += len(entries) + 2
        return columns

    def _is_wanted(self, title: str, entry: Entry) -> bool:
        text = " ".join((title, entry.text, *entry.keys, *map(native, entry.keys)))
        return has_words(text, self.filter.text())

    def _add_section(self, column: QVBoxLayout, title: str, entries: Sequence[Entry]) -> None:
        heading = QLabel(title)
        heading.setProperty("role", "section")
        heading.setContentsMargins(8, 10, 0, 4)
        column.addWidget(heading)
        for entry in entries:
            row = ShortcutRow(entry.id, entry.text, entry.keys, entry.changed)
            if entry.id:
                self.rows[entry.id] = row
                row.clicked.connect(lambda *_, row=row: self._listen(row))
                row.pressed_keys.connect(lambda keys, row=row: self._take(row, keys))
                row.left.connect(lambda row=row: self._stop(row))
            column.addWidget(row)

    def _enter_rows(self) -> None:
        first = next(iter(self.rows.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- changing keys ------------------------------------------------------------------------------------------

    def _listen(self, row: ShortcutRow) -> None:
        self._current, self._asked = row, ""
        row.setFocus()
        row.listen(True)
        self._show_buttons(row)
        self.said.setText(self.tr("Press the new keys for “{name}”. Esc: leave it.").format(name=row.words))

    def _stop(self, row: ShortcutRow) -> None:
        row.listen(False)
        if not self._asked and row is self._current:
            self.said.setText(self.tr("“{name}” is marked: press Enter to change its keys.").format(name=row.words))

    def _take(self, row: ShortcutRow, keys: str) -> None:
        other = self._owner(keys, row.id)
        if other is not None:
            self._asked = keys
            row.listen(False)
            self._show_buttons(row)
            self.said.setText(self.tr("{keys} belongs to “{other}”. Take it over?").format(
                keys=native(keys), other=other))
            self.take.setFocus()
            return
        row.listen(False)
        self._give(row, [keys])

    def _give(self, row: ShortcutRow, keys: list[str]) -> None:
        self._asked = ""
        self.keys_chosen.emit(row.id, keys)
        self._show_buttons(row)
        shown = ", ".join(map(native, keys)) or self.tr("no keys")
        self.said.setText(f"{row.words}: {shown}")
        row.setFocus()

    def _take_over(self) -> None:
        if self._current is not None and self._asked:
            self._give(self._current, [self._asked])

    def _remove(self) -> None:
        if self._current is not None:
            self._give(self._current, [])

    def _reset(self) -> None:
        if self._current is not None:
            self.reset_requested.emit(self._current.id)
            self._give_no_more(self._current)

    def _give_no_more(self, row: ShortcutRow) -> None:
        self._show_buttons(row)
        self.said.setText(f"{row.words}: {', '.join(map(native, row.keys)) or self.tr('no keys')}")
        row.setFocus()

    def _reset_all(self) -> None:
        self.reset_requested.emit("")
        self._tell_usual()
        self.said.setText(self.tr("Every command has the keys that it came with."))

    def _show_buttons(self, row: ShortcutRow | None) -> None:
        self.take.setVisible(bool(self._asked))
        self.remove.setVisible(row is not None and bool(row.keys))
        self.reset.setVisible(row is not None and row.changed)

    def _tell_usual(self) -> None:
        self._asked = ""
        self._show_buttons(None)
        self.said.setText(self.tr("Choose a command to give it other keys. * marks those that were changed."))

    # -- place and manners --------------------------------------------------------------------------------------

    def _size(self) -> tuple[int, int]:
        host = self._host
        return min(WIDEST, host.width() - 2 * MARGIN), min(HIGHEST, host.height() - 2 * MARGIN)

    def _place(self) -> None:
        (width, height), host = self._size(), self._host
        self.setGeometry((host.width() - width) // 2, (host.height() - height) // 2, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
            self._fill()
        return False

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes round inside the card: behind it one would change what one does not see."""
        if self._is_over:
            return super().focusNextPrevChild(next)
        chain = [self.filter, *self.rows.values(), self.take, self.remove, self.reset, self.reset_all, self._cross]
        chain = [each for each in chain if each.isVisible() and each.isEnabled()]
        focus = self.window().focusWidget()
        at = chain.index(focus) if focus in chain else -1 if next else 0
        chain[(at + (1 if next else -1)) % len(chain)].setFocus(
            Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason)
        return True

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """A click elsewhere takes the keyboard away: one is done here. Another window does not."""
        if now is not None and now is not self and not self.isAncestorOf(now):
            self.close_card(back=False)

    def event(self, event: QEvent) -> bool:
        # No command of the window while the card is in front: its keys are what one looks at.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, Enter presses the button that has the keyboard; no key goes on to the window."""
        focus = self.window().focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QPushButton):
            focus.click()
