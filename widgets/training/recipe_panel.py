"""The recipe: how the network is trained, as a small form that stands beside the curves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from engine.experiment.choices.losses import LOSSES, LossRow
from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.experiment.choices.optimizers import OPTIMIZERS, OptimizerRow
from engine.experiment.choices.precisions import PRECISIONS, PrecisionRow
from engine.experiment.recipe import Recipe
from widgets.fields.editors import LineEditor
from widgets.fields.form import Form, Row
from widgets.fields.syntax import Syntax
from widgets.look.guarded import guarded
from widgets.look.text import tooltip, translated
from widgets.parts.scroll import BAR, ScrollPanel

Line = tuple[tuple[str, int], ...]
# Words left, numbers right, each with the columns it spans; momentum last: it comes and goes with the optimizer.
_COMMON: tuple[Line, ...] = (
    (("loss", 2), ("batch_size", 1)),
    (("initialization", 2), ("epochs", 1)),
    (("optimizer", 2), ("lr", 1)),
    (("weight_decay", 1), ("seed", 1), ("momentum", 1)),
)
_MORE: tuple[Line, ...] = (
    (("reduction", 2), ("folds", 1)),
    (("class_weights", 2), ("label_smoothing", 1)),
    (("decay_biases", 3),),
)
_COLUMNS, _LINES, _BETWEEN = 3, 4, 8  # grid rows to a line: label, editor, error, room
_ROWS: Mapping[str, Mapping[str, LossRow | MeasureRow | OptimizerRow | PrecisionRow]] = {
    "loss": LOSSES, "optimizer": OPTIMIZERS, "precision": PRECISIONS, "best_by": MEASURES,
}  # fmt: skip
EDGE = 16
WIDTH, LEAST, WIDEST = 300, 244, 304
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own bound
LIVE = "lr"  # what may change while training runs


def relevant(recipe: Recipe) -> set[str]:
    """The options that change anything in this recipe."""
    of_optimizers = {name for row in OPTIMIZERS.values() for name in row.fields}
    matters = {
        **{name: name in recipe.optimizer_row.fields for name in of_optimizers},
        "label_smoothing": recipe.loss_row.is_smoothed,
        "class_weights": recipe.loss_row.is_weighted,
        "weight_decay": recipe.optimizer_row.decays,
        "decay_biases": recipe.weight_decay > 0 or recipe.l1 > 0,
        "schedule_by": not (recipe.schedule_choice.row.by_batch or recipe.schedule_choice.row.is_measured)
        and recipe.schedule != "constant",
        "warmup_start": recipe.warmup > 0,
        "precision": recipe.precision != Recipe().precision,  # few devices are made for another
    }
    return {name for name in Recipe.model_fields if matters.get(name, True)}


class RecipeForm(Form):
    """The recipe's fields with their labels above them, in three columns; the rarer ones fold away."""

    def __init__(self, parent: QWidget | None = None, skip: tuple[str, ...] = ()) -> None:
        super().__init__(parent, skip)
        self._more: tuple[Line, ...] = ()
        self._room = 0
        self.more = QToolButton()

    def _choice_name(self, name: str, choice: str) -> str:
        names = {
            "default": self.tr("PyTorch's own"),
            "xavier_uniform": self.tr("Xavier uniform"), "kaiming_uniform": self.tr("Kaiming uniform"),
            "normal": self.tr("Normal, σ = 0.01"), "normal_unit": self.tr("Normal, σ = 1"),
            "none": self.tr("All the same"), "epoch": self.tr("Once an epoch"), "batch": self.tr("With every step"),
        }  # fmt: skip
        row = _ROWS.get(name, {}).get(choice)
        return translated(row.title) if row is not None else names.get(choice) or super()._choice_name(name, choice)

    def _choices(self, name: str, syntax: Syntax) -> list[tuple[object, str]]:
        """An optimizer is chosen by its name; options behind it stay until another is."""
        if name != "optimizer":
            return super()._choices(name, syntax)
        return [(row.id, translated(row.title)) for row in OPTIMIZERS.values()]

    def _value_of(self, model: Recipe, name: str) -> object:
        return model.optimizer_row.id if name == "optimizer" else super()._value_of(model, name)

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        placed = {name for line in (*_COMMON, *_MORE) for name, _ in line}
        self._more = (*_MORE, *(((name, _COLUMNS),) for name in self.rows if name not in placed))
        for index, line in enumerate(_COMMON):
            self._place_line(grid, index, line)
        self._add_fold(grid, _LINES * len(_COMMON))
        for index, line in enumerate(self._more, len(_COMMON) + 1):
            self._place_line(grid, index, line)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        self._grid = grid
        for first, second in pairwise([*self._editors(_COMMON), self.more, *self._editors(self._more)]):
            QWidget.setTabOrder(first, second)

    def _editors(self, lines: tuple[Line, ...]) -> list[QWidget]:
        return [self.rows[name].editor for line in lines for name, _ in line]

    def _place_line(self, grid: QGridLayout, index: int, line: Line) -> None:
        column = 0
        for name, span in line:
            self._place(grid, self.rows[name], _LINES * index, column, span)
            column += span

    def _place(self, grid: QGridLayout, row: Row, line: int, column: int, span: int) -> None:
        row.label.setProperty("role", "small")
        row.label.setAlignment(Qt.AlignmentFlag.AlignBottom)
        row.editor.setMinimumWidth(48)  # the columns decide, not the contents
        grid.addWidget(row.label, line, column, 1, span)
        grid.addWidget(row.editor, line + 1, column, 1, span)
        grid.addWidget(row.error, line + 2, 0, 1, _COLUMNS)

    def _add_fold(self, grid: QGridLayout, line: int) -> None:
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setProperty("role", "fold")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.toggled.connect(lambda _: self._show_lines())
        grid.addWidget(self.more, line, 0, 1, _COLUMNS, Qt.AlignmentFlag.AlignLeft)

    def fit(self, room: int) -> None:
        """Be no wider than ``room``: with a wide font labels take two lines."""
        self._room = room
        self._wrap()

    def _wrap(self) -> None:
        for wraps in (False, True):
            for row in self.rows.values():
                row.label.setWordWrap(wraps)
            self._grid.invalidate()
            if self._grid.minimumSize().width() <= self._room:
                break

    def show_value(self, model: Recipe) -> None:
        """Only the options that matter in this recipe."""
        super().show_value(model)
        self._show_lines()

    def _try(self, name: str, value: object) -> None:
        super()._try(name, value)
        self._show_lines()

    def _show_lines(self) -> None:
        """Show what is used; what is typed into stays, or the focus would be lost."""
        used, focus = relevant(self.value), self.focusWidget()
        for index, line in enumerate((*_COMMON, (), *self._more)):
            is_open = index <= len(_COMMON) or self.more.isChecked()
            shown = 0 if line else int(self.more.isChecked())  # the fold itself
            for name, _ in line:
                row = self.rows[name]
                visible = is_open and (name in used or row.editor is focus)
                row.label.setVisible(visible)
                row.editor.setVisible(visible)
                shown += visible
            self._grid.setRowMinimumHeight(_LINES * index + 3, _BETWEEN if shown else 0)
        self._say_what_is_set(used)
        self._wrap()

    def _say_what_is_set(self, used: set[str]) -> None:
        """Folded, the button counts what differs from the defaults, so that nothing acts unseen."""
        default = Recipe()
        names = [name for line in self._more for name, _ in line if name in used]
        changed = [self.rows[name].label.text() for name in names
                   if getattr(self.value, name) != getattr(default, name)]
        is_open = self.more.isChecked()
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        text = self.tr("More")
        self.more.setText(text if is_open or not changed else self.tr("More · {count} set").format(count=len(changed)))
        self.more.setToolTip(tooltip(*changed) if changed else "")


@guarded
class RecipePanel(QWidget):
    """Shows a recipe; asks for another one."""

    recipe_changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Recipe"))
        self._is_whole = False
        self.setMinimumWidth(LEAST)
        self.setMaximumWidth(WIDEST)
        self._form = RecipeForm(self, skip=("device",))
        self._form.edited.connect(lambda field, _: self.recipe_changed.emit(self._form.value, field))
        self._form.show_value(Recipe())
        self._content = content = QWidget(self)
        content.installEventFilter(self)
        self._inner = inner = QVBoxLayout(content)
        inner.setContentsMargins(EDGE, 8, EDGE - BAR, 8)
        inner.addWidget(self._form)
        inner.addStretch()
        scroll = ScrollPanel(self)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def set_whole(self, whole: bool) -> None:
        """As wide as there is room and as tall as the form, for a place that scrolls by itself; else it does so."""
        self._is_whole = whole
        self.setMaximumWidth(QWIDGETSIZE_MAX if whole else WIDEST)
        self._inner.setContentsMargins(EDGE, 8, 0 if whole else EDGE - BAR, 8)  # there are two such bars there
        self._keep_height()

    def _keep_height(self) -> None:
        content, width = self._content, max(1, self.width() - BAR)
        grown = content.heightForWidth(width) if content.hasHeightForWidth() else 0
        self.setMinimumHeight(max(grown, content.minimumSizeHint().height()) if self._is_whole else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The form has other lines."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._keep_height()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """As wide as it reads well, while there is room."""
        return QSize(WIDTH, super().sizeHint().height())

    def _fit(self) -> None:
        self._form.fit(self.width() - 2 * EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        self._fit()
        self._keep_height()

    def changeEvent(self, event: QEvent) -> None:
        """Another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_form"):
            self._fit()

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; what is being typed stays."""
        self._form.show_value(recipe)

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
