"""Made numbers: the rule they follow, its true parameters, and how many are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError
from engine.units import value_text
from widgets.fields.option_grid import OptionGrid
from widgets.look.text import sentence_text, translated
from widgets.parts.scroll import BAR, ScrollPanel

MOST = 8  # numbers that are written out


class DataRule(QWidget):
    """Asks for other options of the rule."""

    edited = Signal(object, str)  # Synthetic, the field that changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rule, self.truth, self.error = QLabel(), QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.rule.setProperty("role", "code")
        self.truth.setProperty("role", "small")
        self.error.setProperty("role", "error")
        self.form = OptionGrid(132)
        self.form.edited.connect(lambda field, _: self.edited.emit(self.form.value, field))
        inset = QFrame()
        inset.setProperty("role", "inset")
        words = QVBoxLayout(inset)
        words.setContentsMargins(12, 8, 12, 8)
        words.setSpacing(4)
        words.addWidget(self.rule)
        words.addWidget(self.truth)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 16 - BAR, 8)
        column.setSpacing(12)
        for widget in (inset, self.error, self.form):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = ScrollPanel()
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def show_spec(self, spec: DataSpec) -> None:
        """The rule and its options."""
        self.form.show_value(spec.synthetic)
        self.form.show_only(spec.source.rule_options)
        try:
            self.show_truth(spec.source.truth(spec))
            self.error.hide()
        except OptionError as error:
            self.error.setText(sentence_text(error.message))
            self.error.show()
        self.rule.setText(translated(spec.source.rule))

    def show_truth(self, truth: Mapping[str, Sequence[float]]) -> None:
        """The true parameters, by name."""
        self.truth.setText("     ".join(f"{name} = {_numbers(values)}" for name, values in truth.items()))
        self.truth.setVisible(bool(truth))


def _numbers(values: Sequence[float]) -> str:
    """“4.2”, “[2, −3.4]”, “200 × 0.01”."""
    texts = [value_text(value, 6) for value in values[:MOST]]
    if len(values) == 1:
        return texts[0]
    if len(set(values)) == 1:
        return f"{len(values)} × {texts[0]}"
    return f"[{', '.join(texts)}{', …' if len(values) > MOST else ''}]"
