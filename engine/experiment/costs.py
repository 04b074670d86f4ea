"""What training a network costs by a recipe: its batch, and what its optimizer keeps. No torch."""

from __future__ import annotations

from engine.analysis.analysis import Analysis, Costs
from engine.experiment.recipe import Recipe


def costs_of(analysis: Analysis, recipe: Recipe) -> Costs:
    """Of the whole network."""
    return analysis.costs(recipe.batch_size, recipe.numbers_kept)


def node_costs_of(analysis: Analysis, name: str, recipe: Recipe) -> Costs | None:
    """Of one layer, None while its shape is unknown."""
    return analysis.node_costs(name, recipe.batch_size, recipe.numbers_kept)
