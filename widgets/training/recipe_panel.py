"""The recipe: how the network is trained, as a form with recipes to begin with at its head."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from engine.experiment.presets import PRESETS, with_preset
from engine.experiment.recipe import Recipe
from widgets.fields.form import HEIGHT
from widgets.look.guarded import guarded
from widgets.parts.scroll import BAR
from widgets.training.preset_button import PresetButton
from widgets.training.recipe_form import RecipeForm

EDGE = 16


@guarded
class RecipePanel(QWidget):
    """Shows a recipe; asks for another one, and says what of it is another. Whatever it stands in scrolls."""

    recipe_changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Recipe"))
        self.form, self.presets, self._note = RecipeForm(self, skip=("device",)), PresetButton(), QLabel(wordWrap=True)
        self._note.setProperty("role", "small")
        self._note.setText(self.tr("Underlined: from the next batch on"))
        self._head = QStackedWidget()  # one takes the place of the other: nothing moves when training begins
        self._head.setFixedHeight(HEIGHT)
        self._head.addWidget(self.presets)
        self._head.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 4, EDGE - BAR, 8)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self.form)
        column.addStretch()
        self.form.edited.connect(lambda field, _: self._ask(self.form.value, field))
        self.presets.chosen.connect(self._take_preset)
        self.show_recipe(Recipe())

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is made: words take more lines then."""
        return QSize(0, super().minimumSizeHint().height())

    def _ask(self, recipe: Recipe, field: str) -> None:
        self.presets.show_recipe(recipe)
        self.recipe_changed.emit(recipe, field)

    def _take_preset(self, id: str) -> None:
        recipe = with_preset(self.form.value, PRESETS[id])
        if recipe != self.form.value:
            self.form.show_value(recipe)
            self._ask(recipe, f"preset.{id}")
        self.presets.show_recipe(recipe)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; what is being typed stays."""
        self.form.show_value(recipe)
        self.presets.show_recipe(recipe)

    def set_locked(self, locked: bool, reason: str = "", live: Collection[str] = ()) -> None:
        """While training runs only what is ``live`` changes, and only when it is typed out."""
        self.form.set_locked(locked, reason, live)
        self._head.setCurrentIndex(1 if locked and live else 0)
        self.presets.setEnabled(not locked)
