"""The form of a recipe: one option a line, in groups that fold; what is chosen brings its own options along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from engine.experiment.choices.averages import AVERAGES, averaging_of
from engine.experiment.choices.choice import Choice, ChoiceRow
from engine.experiment.choices.losses import LOSSES
from engine.experiment.choices.measures import MEASURES
from engine.experiment.choices.optimizers import OPTIMIZERS, optimizer_of
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.choices.schedules import SCHEDULES, schedule_of
from engine.experiment.recipe import Recipe
from widgets.fields.editors import ChoiceEditor, LineEditor, mark
from widgets.fields.form import Form
from widgets.fields.syntax import Syntax
from widgets.look.guarded import guarded
from widgets.look.text import tooltip, translated
from widgets.training.folds import fold_button, show_fold
from widgets.training.lines import LINES, longest_word, place_line, two_columns
from widgets.training.option_form import OptionForm
from widgets.training.recipe_groups import Group, groups_of, relevant
from widgets.training.usual_rate import UsualRate


class Chosen(NamedTuple):
    """A field whose value is a row with options."""

    rows: Mapping[str, ChoiceRow]
    read: Callable[[str], Choice[Any]]
    folds: bool = False  # its options are seldom of interest


_CHOSEN: Mapping[str, Chosen] = {
    "optimizer": Chosen(OPTIMIZERS, optimizer_of, folds=True),
    "schedule": Chosen(SCHEDULES, schedule_of),
    "averaging": Chosen(AVERAGES, averaging_of),
}
_NAMED: Mapping[str, Mapping[str, Any]] = {"loss": LOSSES, "precision": PRECISIONS, "best_by": MEASURES}


@guarded
class RecipeForm(Form):
    """Labels left, editors right. ``edited`` names an option of what is chosen as ``optimizer.beta1``."""

    def __init__(self, parent: QWidget | None = None, skip: Collection[str] = ()) -> None:
        super().__init__(parent, skip)
        self.folds: dict[str, QToolButton] = {}  # by their groups' ids
        self.options: dict[str, OptionForm] = {}  # by the names of their fields
        self.usual = UsualRate()
        self.usual.asked.connect(lambda rate: self.set_option("lr", rate))
        self._groups: tuple[Group, ...] = ()
        self._locked = False
        self._chosen_by_hand = ""  # the optimizer whose usual rate is of interest

    # -- words --------------------------------------------------------------------------------------------------

    def _choice_name(self, name: str, choice: str) -> str:
        names = {
            "default": self.tr("PyTorch's own"),
            "xavier_uniform": self.tr("Xavier uniform"), "kaiming_uniform": self.tr("Kaiming uniform"),
            "normal": self.tr("Normal, σ = 0.01"), "normal_unit": self.tr("Normal, σ = 1"),
            "none": self.tr("All the same"), "epoch": self.tr("Once an epoch"), "batch": self.tr("With every step"),
        }  # fmt: skip
        row = _NAMED.get(name, {}).get(choice)
        return translated(row.title) if row is not None else names.get(choice) or super()._choice_name(name, choice)

    def _choices(self, name: str, syntax: Syntax) -> list[tuple[object, str]]:
        if name not in _CHOSEN:
            return super()._choices(name, syntax)
        return [(row.id, translated(row.title)) for row in _CHOSEN[name].rows.values()]

    def _value_of(self, model: Recipe, name: str) -> object:
        value = super()._value_of(model, name)
        return _CHOSEN[name].read(str(value)).row.id if name in _CHOSEN else value

    def _say_chosen(self, name: str) -> None:
        """The tooltip is about what is chosen."""
        field, row = self.rows[name], _CHOSEN[name].read(getattr(self.value, name)).row
        about = _about(row)
        field.editor.setAccessibleDescription(" ".join(about))
        field.hint = tooltip(*about)
        if not self._locked:
            field.set_hint(field.hint)

    # -- making -------------------------------------------------------------------------------------------------

    def _arrange(self, grid: QGridLayout) -> None:
        two_columns(grid)
        self._groups, index = groups_of(tuple(self.rows)), 0
        for group in self._groups:
            if group.title:
                self._add_fold(grid, LINES * index, group.id)
                index += 1
            for name in group.names:
                place_line(grid, index, self.rows[name])
                self._add_below(grid, LINES * index + 2, name)
                index += 1

    def _add_fold(self, grid: QGridLayout, line: int, id: str) -> None:
        self.folds[id] = fold = fold_button(self._body)
        fold.toggled.connect(lambda _: self._show_lines())
        grid.addWidget(fold, line, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)

    def _add_below(self, grid: QGridLayout, line: int, name: str) -> None:
        """What belongs to an option."""
        if name == "lr":
            grid.addWidget(self.usual, line, 0, 1, 2)
        if name in _CHOSEN:
            chosen = _CHOSEN[name]
            self.options[name] = form = OptionForm(name, chosen.read, self._body, folds=chosen.folds)
            form.edited.connect(lambda option, _value: self._take_option(name, option))
            grid.addWidget(form, line, 0, 1, 2)
            editor = self.rows[name].editor
            for index, row in enumerate(chosen.rows.values()):
                if isinstance(editor, ChoiceEditor):
                    editor.setItemData(index, tooltip(*_about(row)), Qt.ItemDataRole.ToolTipRole)

    def _order(self) -> None:
        """The keyboard goes line by line."""
        for first, second in pairwise(self._stops()):
            QWidget.setTabOrder(first, second)

    def _stops(self) -> Iterator[QWidget]:
        for group in self._groups:
            if group.id in self.folds:
                yield self.folds[group.id]
            for name in group.names:
                yield self.rows[name].editor
                if name == "lr":
                    yield self.usual.button
                if name in self.options:
                    form = self.options[name]
                    yield from [form.fold] if form.fold is not None else []
                    yield from (row.editor for row in form.rows.values())

    # -- editing ------------------------------------------------------------------------------------------------

    def show_value(self, model: Recipe) -> None:
        """Only the options that matter in this recipe."""
        super().show_value(model)
        self._follow()

    def _try(self, name: str, value: object) -> None:
        self._note_by_hand(name, value)
        super()._try(name, value)
        self._follow()

    def _note_by_hand(self, name: str, value: object) -> None:
        if name in ("optimizer", "lr"):
            self._chosen_by_hand = str(value) if name == "optimizer" else ""

    def set_option(self, name: str, value: object) -> None:
        """As if a person had set it in its field. Raises OptionError."""
        self._note_by_hand(name, value)
        model = self._with(name, value)
        self._take(name, model)
        self.show_value(model)

    def _take_option(self, name: str, option: str) -> None:
        """An option of what is chosen is another."""
        choice = self.options[name].value
        self._model = self._with(name, str(choice))
        self.edited.emit(f"{name}.{option}", choice.options[option])
        self._follow()

    def _follow(self) -> None:
        kinds = [form.value and form.value.row.id for form in self.options.values()]
        for name, form in self.options.items():
            form.show_value(_CHOSEN[name].read(getattr(self.value, name)))
            self._say_chosen(name)
        self._show_lines()
        if kinds != [form.value.row.id for form in self.options.values()]:
            self._order()
            self._align()

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show_lines(self) -> None:
        """Show what is used; what is typed into stays, or the focus would be lost."""
        used, focus = relevant(self.value), self.focusWidget()
        for group in self._groups:
            is_open = group.id not in self.folds or self.folds[group.id].isChecked()
            for name in group.names:
                row = self.rows[name]
                visible = is_open and (name in used or row.editor is focus)
                row.label.setVisible(visible)
                row.editor.setVisible(visible)
                if name in self.options:
                    self.options[name].setVisible(visible and bool(self.options[name].value.row.options))
            if group.id in self.folds:
                self._say_what_is_set(group, used)
        self._offer_usual()

    def _say_what_is_set(self, group: Group, used: set[str]) -> None:
        """Folded, a group counts what differs from the defaults, so that nothing acts unseen."""
        default, mine = Recipe(), [name for name in group.names if name in used]
        changed = [name for name in mine if getattr(self.value, name) != getattr(default, name)]
        labels = [self.rows[name].label.text() for name in changed or mine]
        show_fold(self.folds[group.id], group.shown_title, labels, len(changed))

    def _offer_usual(self) -> None:
        """After another optimizer was chosen: the rate stays, and what it usually learns with is a click away."""
        row = self.value.optimizer_row
        wanted = row.id == self._chosen_by_hand and not self._locked
        self.usual.offer(translated(row.title) if wanted else "", row.usual, self.value.lr)

    # -- while it trains ----------------------------------------------------------------------------------------

    def set_locked(self, locked: bool, reason: str, live: Collection[str]) -> None:
        """What is live waits until it is typed out: 1 on the way to 1e-3 would be a real step of size 1."""
        self._locked = locked
        said = tooltip(reason) if reason else ""
        for name, row in self.rows.items():
            is_live = locked and name in live
            row.editor.setEnabled(not locked or is_live)
            mark(row.editor, "live", is_live)
            row.set_hint(self._live_hint() if is_live else said if locked and said else row.hint)
            if isinstance(row.editor, LineEditor):
                row.editor.set_patient(is_live)
        for form in self.options.values():
            form.set_locked(reason if locked else None)
        self._offer_usual()

    def _live_hint(self) -> str:
        return tooltip(self.tr("Enter, or leaving the field, puts it to use: it takes effect with the next batch."))

    # -- size ---------------------------------------------------------------------------------------------------

    def _align(self) -> None:
        """All editors begin at one place."""
        labels = [row.label for form in (self, *self.options.values()) for row in form.rows.values()]
        width, grid = longest_word(labels), self._body.layout()
        if isinstance(grid, QGridLayout):
            grid.setColumnMinimumWidth(0, width)
        for form in self.options.values():
            form.align(width)

    def changeEvent(self, event: QEvent) -> None:
        """Another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange) and self._groups:
            self._align()


def _about(row: Any) -> list[str]:
    """What it does, and where the book explains it."""
    section = getattr(row, "section", "")
    return [translated(row.about), *([f"Dive into Deep Learning {section}"] if section else [])]
