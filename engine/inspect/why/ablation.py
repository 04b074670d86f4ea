"""What would change the answer: layers changed, and what a sample's answer and a split's accuracy make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.inspect.answers import Guess, top
from engine.inspect.changes import Change, changed
from engine.inspect.lens import Lens
from engine.inspect.why.cut import Before, Cut
from engine.inspect.why.judging import Examples, Given, Scores, Sums
from engine.inspect.why.places import axis_at

MOST, BATCH = 1000, 250  # examples; of them in a pass
MOST_UNITS = 128  # of a layer, spread evenly
ROOM = 512 * 2**20  # bytes for what is computed once
Cancelled = Callable[[], bool]


def _never() -> bool:
    return False


# -- one change -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A sample's answer 1×… and most probable classes before and after, and both scores of as many examples.

    The scores grow with each batch: ``Scores.examples`` says how many there were.
    """

    before: Tensor
    after: Tensor
    top_before: tuple[Guess, ...]
    top_after: tuple[Guess, ...]
    scores_before: Scores
    scores_after: Scores


def what_if(lens: Lens, x: Tensor, given: Given, changes: Sequence[Change], *, most: int = MOST,
            batch_size: int = BATCH, k: int = 5, seed: int = 0, class_weights: Tensor | None = None,
            cancelled: Cancelled = _never) -> Iterator[WhatIf]:
    """For a sample at once, then after each batch of a split, as long as nobody cancels.

    Raises NoAnswerError, StoredExamplesError or DataShapeError.
    """
    examples = Examples(given, lens.experiment, most, batch_size)
    sums = [Sums(lens.experiment, examples.of, class_weights) for _ in range(2)]
    answers = lens.answer(x, seed=seed), lens.answer(x, changes=changes, seed=seed)
    best = [tuple(top(answer, lens.experiment, k)) for answer in answers]
    yield WhatIf(*answers, best[0], best[1], sums[0].read(), sums[1].read())
    for inputs, targets in examples:
        for each, made in zip(sums, ((), changes), strict=True):
            if cancelled():
                return
            each.add(lens.answer(inputs, changes=made, seed=seed), targets)
        yield WhatIf(*answers, best[0], best[1], sums[0].read(), sums[1].read())


# -- every unit of a layer ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Masked:
    """The scores with one unit of a layer at 0; ``unit`` None: with none, the first. ``done`` of ``total`` units.

    ``units``: how many the layer has, which may be more than are tried.
    """

    place: str
    unit: int | None
    scores: Scores
    done: int
    total: int
    units: int


def ablation(lens: Lens, place: str, given: Given, *, units: Sequence[int] | None = None, most: int = MOST,
             batch_size: int = BATCH, most_units: int = MOST_UNITS, seed: int = 0,
             class_weights: Tensor | None = None, cancelled: Cancelled = _never) -> Iterator[Masked]:
    """Mask every channel or unit of a layer in turn; the first result is that of the whole network.

    What is before the layer is computed once for each batch, as far as ``ROOM`` goes. Raises NoAnswerError,
    StoredExamplesError or DataShapeError.
    """
    examples, work = Examples(given, lens.experiment, most, batch_size), _Work(Cut(lens, place), seed)
    if not examples.count:
        return
    first = work.before(examples, 0).output
    axis = axis_at(lens, place, first)
    count = first.shape[axis]
    tried = _spread(count, most_units) if units is None else [unit for unit in units if 0 <= unit < count]
    for done, unit in enumerate([None, *tried]):
        sums = Sums(lens.experiment, examples.of, class_weights)
        for number in range(examples.batches):
            if cancelled():
                return
            before = work.before(examples, number)
            output = before.output if unit is None else changed(
                before.output, Change(place, "mask", unit, axis=axis))
            sums.add(work.cut.after(before, output), work.targets[number])
        yield Masked(place, unit, sums.read(), done, len(tried), count)


class _Work:
    """Batches up to the cut, kept while there is room for them."""

    def __init__(self, cut: Cut, seed: int) -> None:
        self.cut, self._seed, self._room = cut, seed, ROOM
        self.targets: dict[int, Tensor] = {}
        self._kept: dict[int, Before] = {}

    def before(self, examples: Examples, number: int) -> Before:
        if number in self._kept:
            return self._kept[number]
        inputs, self.targets[number] = examples.take(number)
        made = self.cut.before(inputs, self._seed)
        if made.nbytes <= self._room:
            self._room -= made.nbytes
            self._kept[number] = made
        return made


def _spread(count: int, most: int) -> list[int]:
    """All of them, or so many at equal distances."""
    if count <= most:
        return list(range(count))
    return torch.linspace(0, count - 1, most).round().long().tolist()
