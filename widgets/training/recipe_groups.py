"""What stands where in the form of a recipe, and what of it matters."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.recipe import Recipe
from widgets.look.text import QT_TRANSLATE_NOOP


class Group(NamedTuple):
    """Options that are thought of together."""

    id: str
    title: str  # "": it is always open
    names: tuple[str, ...]

    @property
    def shown_title(self) -> str:
        """As the person reads it."""
        return QCoreApplication.translate("RecipeGroup", self.title) if self.title else ""


_GROUPS = (
    Group("main", "", ("loss", "optimizer", "momentum", "lr", "schedule", "schedule_by", "warmup", "warmup_start",
                       "batch_size", "epochs")),
    Group("regularization", QT_TRANSLATE_NOOP("RecipeGroup", "Regularization"),
          ("weight_decay", "l1", "decay_biases", "label_smoothing", "averaging")),
    Group("steps", QT_TRANSLATE_NOOP("RecipeGroup", "Each step"),
          ("reduction", "class_weights", "clip_norm", "clip_value", "accumulate", "precision", "deterministic")),
    Group("end", QT_TRANSLATE_NOOP("RecipeGroup", "When it ends"), ("early_stop", "best_by")),
    Group("judging", QT_TRANSLATE_NOOP("RecipeGroup", "Start and judging"),
          ("initialization", "seed", "folds", "train_curve", "test_curve")),
)


def groups_of(names: Collection[str]) -> tuple[Group, ...]:
    """The groups with these options; one that nobody has placed stands in the last."""
    placed = {name for group in _GROUPS for name in group.names}
    *most, last = (group._replace(names=tuple(name for name in group.names if name in names)) for group in _GROUPS)
    return (*most, last._replace(names=(*last.names, *(name for name in names if name not in placed))))


def relevant(recipe: Recipe) -> set[str]:
    """The options that change anything in this recipe."""
    of_optimizers = {name for row in OPTIMIZERS.values() for name in row.fields}
    schedule = recipe.schedule_choice.row
    matters = {
        **{name: name in recipe.optimizer_row.fields for name in of_optimizers},
        "label_smoothing": recipe.loss_row.is_smoothed,
        "class_weights": recipe.loss_row.is_weighted,
        "weight_decay": recipe.optimizer_row.decays,
        "decay_biases": recipe.weight_decay > 0 or recipe.l1 > 0,
        "schedule_by": not (schedule.by_batch or schedule.is_measured) and recipe.schedule != "constant",
        "warmup_start": recipe.warmup > 0,
    }
    return {name for name in Recipe.model_fields if matters.get(name, True)}
