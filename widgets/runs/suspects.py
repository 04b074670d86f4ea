"""Likely mislabelled examples of a k-fold run, to be decided one after the other or several at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from widgets.look.text import tooltip
from widgets.parts.elided import ElidedLabel
from widgets.parts.example_list import ExampleList, ExampleRow
from widgets.parts.words import Words

EDGE, BAR = 12, 280


class SuspectsPage(QWidget):
    """The list, how far it is, or why there is none."""

    decided = Signal(str, object)  # "exclude", "relabel", "keep" or "restore"; a list of keys
    menu_asked = Signal(object, QPoint)  # a list of keys
    stopped = Signal()
    asked_again = Signal()
    train_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Label issues"))
        keys = {Qt.Key.Key_Delete: "exclude", Qt.Key.Key_Return: "relabel", Qt.Key.Key_Enter: "relabel",
                Qt.Key.Key_K: "keep", Qt.Key.Key_Backspace: "restore"}
        self.list = ExampleList(self.tr("Likely mislabelled examples"), keys)
        self.summary, self.note = ElidedLabel(role="dim"), Words("small")
        self.exclude = _button(self.tr("Exclude"), self.tr("Leave them out of the data · Del"))
        self.relabel = _button(self.tr("Relabel as suggested"),
                               self.tr("Give each the label that is suggested · Enter"))
        self.keep = _button(self.tr("Keep"), self.tr("The label is right: they stay as they are · K"))
        self.train = _button(self.tr("Train again"), self.tr("Train all folds anew with the corrected data"))
        self.message, self.again = Words("dim"), QPushButton(self.tr("Look for them"))
        self.progress, self.stop = QProgressBar(textVisible=False), QPushButton(self.tr("Stop"))
        self._pages, self._can_relabel = QStackedWidget(), True
        self._assemble()
        self._connect()
        self.show_message("")

    def _assemble(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.exclude, self.relabel, self.keep, self.train):
            buttons.addWidget(button)
        listed, waiting = QWidget(), QWidget()
        above = QHBoxLayout()
        above.setSpacing(12)
        above.addWidget(self.summary, 1)
        above.addLayout(buttons)
        _column(listed, self.note, (self.list, 1)).insertLayout(0, above)
        self.progress.setMaximumWidth(BAR)
        self.progress.setAccessibleName(self.tr("Judged examples"))
        line = QHBoxLayout()
        line.setSpacing(8)
        for part in (self.progress, self.stop, self.again):
            line.addWidget(part)
        line.addStretch(1)
        column = _column(waiting, self.message)
        column.addLayout(line)
        column.addStretch(1)
        for page in (listed, waiting):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _connect(self) -> None:
        for button, act in ((self.exclude, "exclude"), (self.relabel, "relabel"), (self.keep, "keep")):
            button.clicked.connect(lambda _checked=False, act=act: self._decide(act))
        self.list.asked.connect(self._decide)
        self.list.menu_asked.connect(lambda at: self.menu_asked.emit(self.list.chosen, at))
        self.list.selected.connect(self._show_buttons)
        for button, signal in ((self.stop, self.stopped), (self.again, self.asked_again),
                               (self.train, self.train_asked)):
            button.clicked.connect(signal)

    def _decide(self, act: str) -> None:
        if self.list.chosen and (act != "relabel" or self._can_relabel):
            self.decided.emit(act, self.list.chosen)

    # -- what to show -------------------------------------------------------------------------------------------

    def show_rows(self, summary: str, rows: Sequence[ExampleRow], note: str = "", can_relabel: bool = True,
                  can_train: bool = False) -> None:
        """The likeliest first. Of numbers nothing is suggested that one should write down; ``can_train``: the data are
        others than those of the run."""
        self.summary.set_text(summary)
        self.note.say(note)
        self._can_relabel = can_relabel
        self.relabel.setVisible(can_relabel)
        self.train.setVisible(can_train)
        self.list.show_rows(rows)
        self._show_buttons()
        self._pages.setCurrentIndex(0)

    def show_message(self, text: str, can_ask: bool = False) -> None:
        """Why there is no list; ``can_ask``: it can be asked for."""
        self._show_waiting(text, False, can_ask)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """How many examples are judged; total 0: not known yet."""
        self.progress.setMaximum(max(0, total))
        self.progress.setValue(done)
        self._show_waiting(text, True, False)

    def _show_waiting(self, text: str, works: bool, can_ask: bool) -> None:
        self.message.say(text)
        for widget, there in ((self.progress, works), (self.stop, works), (self.again, can_ask)):
            widget.setVisible(there)
        self._pages.setCurrentIndex(1)

    def _show_buttons(self) -> None:
        for button in (self.exclude, self.relabel, self.keep):
            button.setEnabled(bool(self.list.chosen))


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "tight")
    button.setToolTip(tooltip(tip))
    return button


def _column(parent: QWidget, *parts: QWidget | tuple[QWidget, int]) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(EDGE, 8, EDGE, 6)
    column.setSpacing(6)
    for part in parts:
        if isinstance(part, tuple):
            column.addWidget(*part)
        else:
            column.addWidget(part)
    return column
