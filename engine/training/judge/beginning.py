"""What a person should know when a run begins, in words. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from engine.experiment.recipe import Recipe
from engine.messages import say
from engine.training.values import Remark
from engine.units import grouped

STEPS, LEAST = 8, 2  # an epoch should have about so many; a batch of less is none


def first_remarks(recipe: Recipe, examples: int) -> Iterator[Remark]:
    """About a run that learns from so many examples."""
    if recipe.batch_size > examples:
        smaller = _batch_size(examples)
        yield Remark("large batch", say(
            "A batch of {size} is more than there are training examples ({count}): every step learns from all of them, "
            "and an epoch is one step", size=grouped(recipe.batch_size), count=grouped(examples)),
            ("batch_size", smaller) if smaller >= LEAST else None)
    if recipe.test_curve:
        yield Remark("test watched", say(
            "You are looking at the test set. Choose nothing by it, neither an epoch nor an option: its number would "
            "be worthless"))


def _batch_size(examples: int) -> int:
    """The power of two that gives an epoch a few steps."""
    return 1 << max(0, (examples // STEPS).bit_length() - 1)
