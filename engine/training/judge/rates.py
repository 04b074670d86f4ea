"""Which learning rate to try where the steps were too large. No torch."""

from __future__ import annotations

from engine.experiment.recipe import Recipe

TINY = 1e-4  # of the usual rate: whoever fails with less has another fault


def lower_rate(recipe: Recipe, lr: float, *, has_learned: bool = False) -> float:
    """A tenth in one figure, and no more than the optimizer's usual rate: from 100 the way down is not by tens.

    Where epochs went well before, the rate was nearly right: a third.
    """
    return _one_figure(lr / 3 if has_learned else min(lr / 10, usual_rate(recipe)))


def higher_rate(recipe: Recipe, lr: float) -> float:
    """Ten times as much in one figure, and no less than the optimizer's usual rate."""
    return min(1000.0, _one_figure(max(lr * 10, usual_rate(recipe))))


def usual_rate(recipe: Recipe) -> float:
    """What most networks learn with; a loss that is a sum makes steps larger by the size of a batch."""
    return recipe.optimizer_row.usual / (recipe.batch_size if recipe.reduction == "sum" else 1)


def is_tiny(recipe: Recipe, lr: float) -> bool:
    """Whether steps of this size cannot be what was wrong."""
    return lr <= TINY * usual_rate(recipe)


def _one_figure(value: float) -> float:
    return float(f"{value:.1g}")
