"""All examples that were left out of the data or relabelled, with the way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.data.options.corrections import Correction, example_words
from engine.units import typed_text
from widgets.data.values import StoredExample
from widgets.look.text import QT_TRANSLATE_NOOP, message_text, translated
from widgets.parts.elided import ElidedLabel
from widgets.parts.example_list import ExampleList, ExampleRow


class DataCorrections(QWidget):
    """A list; what is selected, or everything, can be restored."""

    restore_asked = Signal(object)  # a list of keys

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ElidedLabel(role="dim")
        self.list = ExampleList(self.tr("Corrected examples"),
                                dict.fromkeys((Qt.Key.Key_Delete, Qt.Key.Key_Backspace), "restore"))
        self.restore, self.restore_all = QPushButton(self.tr("Restore")), QPushButton(self.tr("Restore all"))
        self.restore.setToolTip(self.tr("As the selected examples are stored · Del"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.words, 1)
        for button in (self.restore, self.restore_all):
            button.setProperty("role", "tight")
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.list, 1)
        self.list.asked.connect(lambda _act: self.restore_asked.emit(self.list.chosen))
        self.list.selected.connect(lambda: self.restore.setEnabled(bool(self.list.chosen)))
        self.restore.clicked.connect(lambda: self.restore_asked.emit(self.list.chosen))
        self.restore_all.clicked.connect(lambda: self.restore_asked.emit([row.key for row in self.list.rows]))

    def show_rows(self, words: str, rows: Sequence[ExampleRow]) -> None:
        """What was decided of each, and all of it in a few words."""
        self.words.set_text(words)
        self.list.show_rows(rows)
        self.restore.setEnabled(bool(self.list.chosen))


def correction_row(correction: Correction, stored: StoredExample | None) -> ExampleRow:
    """What was decided: ``7 excluded``, ``4 → 5``; where the data are not read yet, without what it was."""
    was = stored.label if stored is not None else ""
    title = _say(QT_TRANSLATE_NOOP("Data", "{label} excluded")).format(label=was) if correction.excludes else (
        f"{was} → {_label(correction)}")
    words = message_text(example_words(correction.id))
    line = stored.line if stored is not None else ""
    gone = stored is not None and not stored.is_there
    return ExampleRow(correction.id, title.strip(), f"{line} · {words}" if line else words,
                      _say(QT_TRANSLATE_NOOP("Data", "not as it was")) if gone else "",
                      stored.pixels if stored is not None else None)


def _label(correction: Correction) -> str:
    label = correction.label
    return typed_text(label) if isinstance(label, float) else translated(label or "")


def _say(text: str) -> str:
    return QCoreApplication.translate("Data", text)
