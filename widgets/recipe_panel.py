"""The recipe: how the network is trained, as a small form that stands beside the curves."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.recipe import Recipe
from widgets.editors import LineEditor
from widgets.form import Form, Row
from widgets.scroll import BAR, ScrollPanel
from widgets.text import tooltip

# Words left, numbers right, each with the columns it spans; momentum last: it comes and goes with the optimizer.
_PLACES = (
    (("loss", 2), ("batch_size", 1)),
    (("initialization", 2), ("epochs", 1)),
    (("optimizer", 2), ("lr", 1)),
    (("weight_decay", 1), ("seed", 1), ("momentum", 1)),
)
LIVE = "lr"  # what may change while training runs


class RecipeForm(Form):
    """The recipe's fields with their labels above them, in two columns."""

    def _choice_name(self, name: str, choice: str) -> str:
        names = {
            "cross_entropy": self.tr("Cross-entropy"), "mse": self.tr("Mean squared error"),
            "sgd": self.tr("SGD"), "momentum": self.tr("SGD + momentum"), "adam": self.tr("Adam"),
            "adamw": self.tr("AdamW"), "default": self.tr("PyTorch's own"),
            "xavier_uniform": self.tr("Xavier uniform"), "kaiming_uniform": self.tr("Kaiming uniform"),
            "normal": self.tr("Normal, σ = 0.01"),
        }  # fmt: skip
        return names.get(choice) or super()._choice_name(name, choice)

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for line, cells in enumerate(_PLACES):
            column = 0
            for name, span in cells:
                self._place(grid, self.rows[name], 4 * line, column, span)
                column += span
            if line < len(_PLACES) - 1:
                grid.setRowMinimumHeight(4 * line + 3, 8)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        editors = [self.rows[name].editor for cells in _PLACES for name, _ in cells]
        for first, second in pairwise(editors):
            QWidget.setTabOrder(first, second)

    def _place(self, grid: QGridLayout, row: Row, line: int, column: int, span: int) -> None:
        row.label.setProperty("role", "small")
        row.editor.setMinimumWidth(48)  # the columns decide, not the contents
        grid.addWidget(row.label, line, column, 1, span)
        grid.addWidget(row.editor, line + 1, column, 1, span)
        grid.addWidget(row.error, line + 2, 0, 1, 3)

    def show_value(self, model: Recipe) -> None:
        """Momentum is there only for the optimizer that has one."""
        super().show_value(model)
        row, used = self.rows["momentum"], model.optimizer == "momentum"
        row.label.setVisible(used)
        row.editor.setVisible(used)

    def _try(self, name: str, value: object) -> None:
        super()._try(name, value)
        if name == "optimizer":
            self.show_value(self.value)


class RecipePanel(QWidget):
    """Shows a recipe; asks for another one."""

    recipe_changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Recipe"))
        self.setMinimumWidth(264)
        self.setMaximumWidth(304)
        self._form = RecipeForm(self, skip=("device",))
        self._form.edited.connect(lambda field, _: self.recipe_changed.emit(self._form.value, field))
        self._form.show_value(Recipe())
        content = QWidget(self)
        inner = QVBoxLayout(content)
        inner.setContentsMargins(16, 8, 16 - BAR, 8)
        inner.addWidget(self._form)
        inner.addStretch()
        scroll = ScrollPanel(self)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; what is being typed stays."""
        self._form.show_value(recipe)

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for, before another document is shown."""
        self._form.restore()

    def set_locked(self, locked: bool, reason: str = "") -> None:
        """While training runs only the learning rate changes, and only when it is typed out: 1 on the way to 1e-3
        would be a real step of size 1."""
        for name, row in self._form.rows.items():
            if name != LIVE:
                row.editor.setEnabled(not locked)
                row.set_hint(tooltip(reason) if locked and reason else row.hint)
            elif isinstance(row.editor, LineEditor):
                row.editor.set_patient(locked)
                row.set_hint(tooltip(self.tr("Enter puts it to use at once.")) if locked else row.hint)
