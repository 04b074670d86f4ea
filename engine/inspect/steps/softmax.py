"""Softmax along a dimension, and its logarithm."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

import numpy as np

from engine.inspect.steps.kind import Forward, Kind, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, Part, Term, Window
from engine.layers.base import batch_free_dim
from engine.messages import say
from engine.units import grouped


def exponents(values: Array) -> tuple[Array, float]:
    """e^(x − largest) of a row, and the largest: nothing overflows, and their shares are the same."""
    most = float(values.max())
    return np.exp(values - most), most


def exponent_part(terms: list[Factor], most: float) -> Part:
    """The sum of all e^(x − largest)."""
    return Part(say("Σ eˣ, less the largest x"), tuple(
        Term((Factor("slope", f"e^({each.name} − largest)", each.index, exp(each.value - most), each.example),))
        for each in terms), np.array([each.value for each in terms]), adds=False)


@steps_for("Softmax", "Softmax2d", "LogSoftmax")
class Softmax(Kind):
    """eˣ over the sum of all of them: a share of 1."""

    def _axis(self, at: At) -> int:
        layer, shape = at.known.layer, at.known.shapes[0]
        return batch_free_dim(layer.title, getattr(layer, "dim", 1), shape)

    def _row(self, at: At) -> list[Index]:
        axis = self._axis(at)
        return [(*at.index[:axis], i, *at.index[axis + 1:]) for i in range(at.known.shapes[0][axis])]

    def _is_log(self, at: At) -> bool:
        return at.known.layer.kind() == "LogSoftmax"

    def _shares(self, at: At) -> dict[Index, float]:
        row = self._row(at)
        powers, _ = exponents(np.array([at.of_x(each).value for each in row]))
        return dict(zip(row, (powers / powers.sum()).tolist(), strict=True))

    def forward(self, at: At) -> Forward:
        terms = [at.of_x(each) for each in self._row(at)]
        x, most = at.of_x(at.index).value, max(each.value for each in terms)
        part = exponent_part(terms, most)
        share = exp(x - most) / part.sum
        lines = [Line(say("largest x"), most), Line(say("e^(x − largest)"), exp(x - most)),
                 Line(say("Σ e^(x − largest) over {count}", count=grouped(len(terms))), part.sum),
                 Line(say("share p"), share)]
        value, size = share, share * (1 + abs(x) + abs(most))
        if self._is_log(at):
            value = x - most - log(part.sum)
            lines.append(Line(say("log p"), value))
            size = abs(x) + abs(most) + 1
        axis = self._axis(at)
        low = (*at.index[:axis], 0, *at.index[axis + 1:])
        high = (*(i + 1 for i in at.index[:axis]), len(terms), *(i + 1 for i in at.index[axis + 1:]))
        read = Window(at.known.sources[0], None, low, high, (1,) * len(low))
        return Forward(say("log(eˣ / Σ eˣ)") if self._is_log(at) else say("eˣ / Σ eˣ"), (part,),
                       (*lines, Line(say("="), value)), value, size, (read,))

    def _slope(self, at: At, output: Index, index: Index, shares: dict[Index, float]) -> tuple[Factor, ...]:
        same = float(output == index)
        moves = Factor("slope", "[same] − pⱼ", index, same - shares[index], at.example)
        return (moves,) if self._is_log(at) else (Factor("slope", "p", output, shares[output], at.example), moves)

    def inputs(self, at: At) -> Iterator[Slope]:
        shares = self._shares(at)
        for index in shares:
            yield Slope(0, index, self._slope(at, at.index, index, shares))

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        """p · (g − Σ gⱼ·pⱼ); of the logarithm g − p · Σ gⱼ."""
        shares = self._shares(at.moved(index))
        own = Factor("slope", "p", index, shares[index], at.example)
        away = Factor("slope", "−p", index, -shares[index], at.example)
        yield Term((at.of_g(index),) if self._is_log(at) else (at.of_g(index), own))
        for output, share in shares.items():
            g = at.of_g(output)
            yield Term((g, away) if self._is_log(at) else (
                g, Factor("slope", "pⱼ", output, share, at.example), away))
