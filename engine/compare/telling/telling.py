"""What was changed from one run to the next: its parts, and one line of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.compare.fields import apart
from engine.compare.telling.data import data
from engine.compare.telling.network import network, renamed
from engine.compare.wording import listed, setting
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.messages import Message, say

WIDEST = 120  # characters of a line
# Of the recipe: what decides most about what is learned first, then how it is computed; its seed comes last of all.
_ORDER = ("optimizer", "lr", "batch_size", "epochs", "schedule", "loss", "weight_decay", "momentum")
_LAST = ("precision", "deterministic", "device", "train_curve", "test_curve")
_SEED = "seed"


def what_changed(before: Experiment, after: Experiment) -> tuple[Message, ...]:
    """The parts, most important first: of the network, the data, the recipe, then the seed; none where a run would go
    the same. Names alone are told where there is nothing else, places, colours and titles never.
    """
    if before is after:
        return ()
    parts = tuple(_parts(before, after))
    return parts or (() if before.graph is after.graph else tuple(renamed(before, after)))


def _parts(before: Experiment, after: Experiment) -> Iterator[Message]:
    if before.graph is not after.graph and before.graph != after.graph:
        yield from network(before, after)
    if before.data is not after.data and before.data != after.data:
        yield from data(before.data, after.data)
    if before.recipe is not after.recipe and before.recipe != after.recipe:
        yield from _recipe(before.recipe, after.recipe)
    if before.variants != after.variants:
        counts = [len(experiment.variants) for experiment in (before, after)]
        yield say("{before} → {after} variants", before=counts[0], after=counts[1]) if counts[0] != counts[1] else (
            say("other variants"))
    if before.recipe.seed != after.recipe.seed:
        yield setting(_SEED, before.recipe.seed, after.recipe.seed)


def _recipe(before: Recipe, after: Recipe) -> Iterator[Message]:
    found = {name: setting(name, old, new) for name, old, new in apart(before, after) if name != _SEED}
    order = [*_ORDER, *(name for name in found if name not in _ORDER and name not in _LAST), *_LAST]
    yield from (found[name] for name in order if name in found)


def in_one_line(parts: Sequence[Message], most: int = 3) -> Message:
    """``conv2 16 → 8 channels, lr 0.1 → 0.05``; of more than so many, or than a line holds, how many more."""
    if not parts:
        return say("nothing changed")
    count = max(1, min(most, len(parts)))
    while count > 1 and len(str(_line(parts, count))) > WIDEST:
        count -= 1
    return _line(parts, count)


def _line(parts: Sequence[Message], count: int) -> Message:
    line = listed(parts[:count])
    return line if count == len(parts) else say("{parts}, and {count} more", parts=line, count=len(parts) - count)
