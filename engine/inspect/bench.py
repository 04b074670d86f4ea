"""Lenses kept ready between questions: the same network with the same weights is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from engine.compare.belonging import same_answers
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.inspect.lens import Lens

KEPT = 3  # networks: of two that are compared both, and the one that was seen before


class _Kept(NamedTuple):
    experiment: Experiment
    weights: Mapping[str, Tensor] | None
    lens: Lens
    waits: set[str]  # code that nobody had agreed to, and that therefore did not run


class Bench:
    """For one thread. A network that was only moved, or whose recipe is another, is the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def lens(self, experiment: Experiment, weights: Mapping[str, Tensor] | None, *, training: bool) -> Lens:
        """The network with these weights as far as they fit, else its initial ones. Raises what ``Lens`` raises."""
        waits = not_allowed(experiment.graph)
        for key, (known, held, lens, waited) in self._kept.items():
            if held is weights and waited == waits and same_answers(known, experiment, begins=weights is None):
                self._kept.move_to_end(key)
                if lens.training != training:
                    lens.train(training)
                return lens
        lens = self._with_other(experiment, weights, waits, training=training) or Lens(
            experiment, weights, training=training, partly=weights is not None)
        self._kept[id(lens)] = _Kept(experiment, weights, lens, waits)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return lens

    def _with_other(self, experiment: Experiment, weights: Mapping[str, Tensor] | None, waits: set[str], *,
                    training: bool) -> Lens | None:
        """The same network as it was used longest ago, with other weights: to make it anew takes far longer."""
        if weights is None or len(self._kept) < KEPT:
            return None
        key, (known, held, lens, waited) = next(iter(self._kept.items()))
        is_same = held is not None and waited == waits and same_answers(known, experiment, begins=False)
        if not (is_same and lens.may_take(weights)):
            return None
        del self._kept[key]
        lens.take(weights)
        if lens.training != training:
            lens.train(training)
        return lens
