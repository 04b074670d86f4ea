"""Made numbers: the rule they follow, its true parameters, and how many are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError
from widgets.fields.option_grid import OptionGrid
from widgets.look.measures import number_text
from widgets.look.text import sentence_text
from widgets.parts.scroll import BAR, ScrollPanel

MOST = 8  # numbers that are written out
_ROWS = {"noise", "rows", "validation_rows", "test_rows"}
_USED = {"linear": {"inputs", "weight", "bias"} | _ROWS, "polynomial": {"coefficients", "degree"} | _ROWS}


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
        self.form.show_only(_USED.get(spec.dataset, set()))
        try:
            self.show_truth(_truth(spec))
            self.error.hide()
        except OptionError as error:
            self.error.setText(sentence_text(error.message))
            self.error.show()
        self.rule.setText(self._rule(spec))

    def _rule(self, spec: DataSpec) -> str:
        rules = {
            "linear": self.tr("y = Xw + b + noise"),
            "polynomial": self.tr("y = c₀ + c₁x + c₂x²/2! + c₃x³/3! + … + noise"),
            "edges": self.tr("Y = X[:, j] − X[:, j + 1]: the difference of neighbours in a row"),
        }
        return rules.get(spec.dataset, "")

    def show_truth(self, truth: Mapping[str, Sequence[float]]) -> None:
        """The true parameters, by name."""
        self.truth.setText("     ".join(f"{name} = {_numbers(values)}" for name, values in truth.items()))
        self.truth.setVisible(bool(truth))


def _truth(spec: DataSpec) -> dict[str, Sequence[float]]:
    made = spec.synthetic
    if spec.dataset == "linear":
        return {"w": made.weights, "b": (made.bias,), "σ": (made.noise,)}
    if spec.dataset == "polynomial":
        return {"c": made.coefficients, "σ": (made.noise,)}
    return {"K": (1.0, -1.0)} if spec.dataset == "edges" else {}


def _numbers(values: Sequence[float]) -> str:
    """“4.2”, “[2, −3.4]”, “200 × 0.01”."""
    texts = [number_text(value, 4).rstrip("0").rstrip(".") or "0" for value in values[:MOST]]
    if len(values) == 1:
        return texts[0]
    if len(set(values)) == 1:
        return f"{len(values)} × {texts[0]}"
    return f"[{', '.join(texts)}{', …' if len(values) > MOST else ''}]"
