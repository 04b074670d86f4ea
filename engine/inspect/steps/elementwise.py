"""Activations and dropout: one number in, one number out, and its derivative there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from engine.inspect.lens import MASKED, dropped
from engine.inspect.steps.curves import CURVES
from engine.inspect.steps.kind import KINDS, Forward, Linked, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Factor, Index, Line, NoStepsError, Part, Term, Window
from engine.messages import say


def _read(at: At) -> tuple[Window, ...]:
    return (Window(at.known.sources[0], None, at.index, tuple(i + 1 for i in at.index), (1,) * len(at.index)),)


class Activation(Linked):
    """f(x), with f′(x) for the chain rule."""

    def __init__(self, kind: str) -> None:
        self.curve = CURVES[kind]

    def forward(self, at: At) -> Forward:
        x = at.of_x(at.index)
        value = self.curve.value(x.value, self._options(at))
        slope = self.curve.slope(x.value, self._options(at))
        lines = (Line(say("x"), x.value), Line(say("f(x)"), value), Line(say("slope f′(x)"), slope),
                 Line(say("="), value))
        part = Part(say("x"), (Term((x,)),), adds=False)
        # An error of x in its last digit moves f by as much as its slope says.
        size = max(abs(value), abs(x.value * slope), min(abs(x.value), 1.0) if self.curve.cancels else 0.0)
        return Forward(say(self.curve.formula), (part,), lines, value, size, _read(at))

    def _options(self, at: At) -> Any:
        """The layer's; of PReLU its learned slope."""
        if at.known.layer.kind() != "PReLU":
            return at.known.layer
        weight = at.weight("weight")
        assert weight is not None
        return float(weight[at.index[0] if len(weight) > 1 else 0])

    def inputs(self, at: At) -> Iterator[Slope]:
        yield Slope(0, at.index, (self._slope(at),))

    def _slope(self, at: At) -> Factor:
        slope = self.curve.slope(at.of_x(at.index).value, self._options(at))
        return Factor("slope", "f′(x)", at.index, slope, at.example)

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        yield index, (self._slope(at.moved(index)),)

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        if at.known.layer.kind() == "PReLU":
            x, count = at.of_x(at.index), at.weight("weight")
            assert count is not None
            yield (at.of_weight("weight", (at.index[0] if len(count) > 1 else 0,)),
                   Factor("slope", "min(x, 0)", at.index, min(x.value, 0.0), at.example))

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        for example, *place in np.ndindex(*at.y.shape):
            here = at.moved(tuple(place), example)
            for weight, x in self.weights(here):
                if weight.index == index:
                    yield Term((here.of_g(), x))


KINDS.update({kind: Activation(kind) for kind in CURVES})


@steps_for("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "Identity")
class Dropout(Linked):
    """x · mask / (1 − p) while it learns; else the number as it comes."""

    def _mask(self, at: At) -> float | None:
        """What the number is multiplied by; None where nothing is dropped."""
        module: Any = at.module
        if not module.training or not getattr(module, "p", 0.0):
            return None
        if not isinstance(module, MASKED):
            raise NoStepsError("{layer} draws in its own way as it learns: look with Predict, where it changes nothing",
                               layer=at.known.layer.title)
        x = at.scene.look.outputs[at.known.sources[0]]
        mask: torch.Tensor = dropped(module, x, at.place, at.scene.seed)
        return float(mask.expand_as(x)[(at.example, *at.index)])

    def forward(self, at: At) -> Forward:
        x, mask, module = at.of_x(at.index), self._mask(at), at.module
        if mask is None:
            return Forward(say("x"), (Part(say("x"), (Term((x,)),)),),
                           (Line(say("nothing is dropped"), x.value), Line(say("="), x.value)), x.value, abs(x.value),
                           _read(at))
        share: float = module.p  # type: ignore[assignment]
        lines = [Line(say("x"), x.value), Line(say("kept") if mask else say("dropped"), float(mask > 0))]
        if mask:
            lines.append(Line(say("× 1 / (1 − {share})", share=share), mask))
        term = Term((x, Factor("mask", "mask / (1 − p)", at.index, mask, at.example)))
        return Forward(say("x · mask / (1 − p)"), (Part(say("x"), (term,)),),
                       (*lines, Line(say("="), term.product)), term.product, abs(term.product), _read(at))

    def inputs(self, at: At) -> Iterator[Slope]:
        yield Slope(0, at.index, (self._factor(at),))

    def _factor(self, at: At) -> Factor:
        mask = self._mask(at)
        return Factor("slope", "1", None, 1.0) if mask is None else Factor("mask", "mask / (1 − p)", at.index, mask,
                                                                            at.example)

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        yield index, (self._factor(replace(at, index=index)),)
