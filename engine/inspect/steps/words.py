"""Embedding: a word's number looks up its row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.inspect.steps.kind import Forward, Kind, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Factor, Index, Line, NoStepsError, Part, Term, Window
from engine.messages import say


@steps_for("Embedding")
class Embedding(Kind):
    """One number of the row that the word's number names."""

    def _word(self, at: At) -> int:
        return int(at.of_x(at.index[:-1]).value)

    def _weight(self, at: At) -> Factor:
        module: Any = at.module
        if module.max_norm is not None:
            raise NoStepsError("{layer} that shortens its vectors is not shown step by step; its output is seen as a "
                               "picture", layer=at.known.layer.title)
        return at.of_weight("weight", (self._word(at), at.index[-1]))

    def forward(self, at: At) -> Forward:
        weight, place = self._weight(at), at.index[:-1]
        line = Line(say("row {word}, column {column}", word=self._word(at), column=at.index[-1]), weight.value)
        read = Window(at.known.sources[0], None, place, tuple(i + 1 for i in place), (1,) * len(place))
        return Forward(say("W[word]"), (Part(say("the word's row"), (Term((weight,)),)),),
                       (line, Line(say("="), weight.value)), weight.value, abs(weight.value), (read,))

    def inputs(self, at: At) -> Iterator[Slope]:
        return iter(())  # a number that only names a row has no gradient

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        return iter(())

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        yield self._weight(at), Factor("slope", "1", None, 1.0)

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        module: Any = at.module
        if module.scale_grad_by_freq:
            raise NoStepsError("{layer} that divides by how often a word occurs is not shown in steps",
                               layer=at.known.layer.title)
        if index[0] == module.padding_idx:
            return  # it does not learn
        for example, *place in np.argwhere(at.x().astype(np.int64) == index[0]):
            yield Term((at.of_g((*map(int, place), index[1]), int(example)),))
