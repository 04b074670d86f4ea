"""One step of a recurrent network: its gates, its memory and what it gives; its gradient back through all steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.inspect.steps.cells import Cell, Course, Returned, back, course
from engine.inspect.steps.curves import sigmoid
from engine.inspect.steps.kind import Forward, Kind, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, NoStepsError, Numbers, Part, Term, Window, array
from engine.messages import say

GATES = {"LSTM": ("input gate i", "forget gate f", "candidate g", "output gate o"),
         "GRU": ("reset gate r", "update gate z", "candidate n"), "RNN": ("new state",)}


class Place(NamedTuple):
    """Which unit of which cell, at which step; ``name`` ends its weights' names (“l0_reverse”)."""

    name: str
    unit: int
    step: int


@steps_for("LSTM", "GRU", "RNN")
class Recurrent(Kind):
    """What a cell makes of its input and its last state."""

    def forward(self, at: At) -> Forward:
        place, kind = self._place(at), at.known.layer.kind()
        of = self._courses(at)[place.name]
        parts = [each for gate in range(len(GATES[kind])) for each in self._gate(at, of, place, gate)]
        memory, state = float(of.c_before[place.step, place.unit]), float(of.h_before[place.step, place.unit])
        lines, value = _TOLD[kind](at, parts, memory, state)
        size = 1 + max(part.size for part in parts)
        read = Window(at.known.sources[0], None, (place.step, 0), (place.step + 1, at.x().shape[-1]), (1, 1))
        return Forward(say(_FORMULAS[kind]), tuple(parts), (*lines, Line(say("="), value)), value, size, (read,))

    # -- the numbers ------------------------------------------------------------------------------------------------

    def _names(self, at: At) -> list[list[str]]:
        """Of each layer, one or two cells. Raises NoStepsError for what is not shown."""
        module: Any = at.module
        if getattr(module, "proj_size", 0):
            raise NoStepsError("{layer} with a projection is not shown step by step; its output is seen as a picture",
                               layer=at.known.layer.title)
        if module.training and module.dropout:
            raise NoStepsError("{layer} drops numbers at random as it learns: look with Predict",
                               layer=at.known.layer.title)
        ends = ("", "_reverse") if module.bidirectional else ("",)
        return [[f"l{layer}{end}" for end in ends] for layer in range(module.num_layers)]

    def _cell(self, at: At, name: str) -> Cell:
        w, u = at.weight(f"weight_ih_{name}"), at.weight(f"weight_hh_{name}")
        assert w is not None and u is not None
        biases = [at.weight(f"bias_{part}_{name}") for part in ("ih", "hh")]
        of_w, of_u = (np.zeros(len(w)) if bias is None else array(bias) for bias in biases)
        return Cell(at.known.layer.kind(), array(w), array(u), of_w, of_u, getattr(at.known.layer, "nonlinearity", ""),
                    name.endswith("_reverse"))

    def _courses(self, at: At) -> dict[str, Course]:
        """Every cell's steps for the example in hand."""
        found: dict[str, Course] = {}
        x = array(at.x()[at.example])
        for names in self._names(at):
            found |= {name: course(self._cell(at, name), x) for name in names}
            x = np.concatenate([found[name].h for name in names], 1)
        return found

    def _place(self, at: At) -> Place:
        module: Any = at.module
        names, length = self._names(at)[-1], at.x().shape[1]
        end, unit = divmod(at.index[-1], module.hidden_size)
        last = 0 if end else length - 1  # the one that reads backwards ends at the beginning
        return Place(names[end], unit, last if at.y.ndim == 2 else at.index[0])

    def _gate(self, at: At, of: Course, place: Place, gate: int) -> Iterator[Part]:
        """Σ W·x + b and Σ U·h + b of one gate."""
        module: Any = at.module
        title, row = GATES[at.known.layer.kind()][gate], gate * module.hidden_size + place.unit
        x = [at.of_x((place.step, i)) if module.num_layers == 1 else
             Factor("slope", "layer below", (place.step, i), float(value)) for i, value in enumerate(of.x[place.step])]
        h = [Factor("slope", "h before", (i,), float(value)) for i, value in enumerate(of.h_before[place.step])]
        for source, values in (("ih", x), ("hh", h)):
            terms = [Term((at.of_weight(f"weight_{source}_{place.name}", (row, i)), value))
                     for i, value in enumerate(values)]
            if module.bias:
                terms.append(Term((at.of_weight(f"bias_{source}_{place.name}", (row,)),)))
            text = say("{gate}: W·x + b" if source == "ih" else "{gate}: U·h + b", gate=say(title))
            yield Part(text, tuple(terms), np.array([value.value for value in values]),
                       np.array([term.factors[0].value for term in terms[: len(values)]]), adds=False)

    # -- back -------------------------------------------------------------------------------------------------------

    def _returned(self, at: At, g: Numbers) -> tuple[dict[str, Course], dict[str, Returned]]:
        """What ∂L/∂y of one example becomes in every cell."""
        names, courses, found = self._names(at), self._courses(at), dict[str, Returned]()
        given = [self._of_states(each, array(g), courses[names[-1][0]].h.shape, end)
                 for end, each in enumerate(names[-1])]
        for layer in reversed(range(len(names))):
            for name, each in zip(names[layer], given, strict=True):
                found[name] = back(self._cell(at, name), courses[name], each)
            below = sum((found[name].of_x for name in names[layer]), np.zeros(1))
            given = np.split(below, len(names[layer]), 1) if layer else []
        return courses, found

    def _of_states(self, name: str, g: Array, shape: tuple[int, ...], end: int) -> Array:
        """∂L/∂h at every step of one direction, of the whole output or the last step's."""
        size = shape[1]
        if g.ndim == 2:
            return g[:, end * size: (end + 1) * size]
        states = np.zeros(shape)
        states[0 if end else -1] = g[end * size: (end + 1) * size]
        return states

    def inputs(self, at: At) -> Iterator[Slope]:
        one = np.zeros(at.y.shape[1:])
        one[at.index] = 1.0
        _, found = self._returned(at, one)
        total = sum((found[name].of_x for name in self._names(at)[0]), np.zeros(1))
        for index, value in np.ndenumerate(total):
            yield Slope(0, index, (Factor("slope", "∂y/∂x, through the steps", index, float(value)),))

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        _, found = self._returned(at, at.g[at.example])
        step, feature = index
        for name in self._names(at)[0]:
            for row, g in enumerate(found[name].of_w[step]):
                yield Term((Factor("gradient", f"{at.place}: W·x + b", (step, row), float(g), at.example),
                            at.of_weight(f"weight_ih_{name}", (row, feature))))

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        kind, source, cell = name.split("_", 2)
        for example in range(len(at.y)):
            here = at.moved(at.index, example)
            courses, found = self._returned(here, at.g[example])
            of, values = (found[cell].of_w, courses[cell].x) if source == "ih" else (
                found[cell].of_u, courses[cell].h_before)
            for step, g in enumerate(of[:, index[0]]):
                first = Factor("gradient", f"{at.place}: gates", (step, index[0]), float(g), example)
                yield Term((first,) if kind == "bias" else (
                    first, Factor("slope", "x" if source == "ih" else "h before", (step, index[1]),
                                  float(values[step, index[1]]), example)))


# -- what is told of each kind ----------------------------------------------------------------------------------------


def _lstm(at: At, parts: list[Part], memory: float, state: float) -> tuple[list[Line], float]:
    sums = [parts[2 * gate].sum + parts[2 * gate + 1].sum for gate in range(4)]
    i, f, g, o = sigmoid(sums[0]), sigmoid(sums[1]), float(np.tanh(sums[2])), sigmoid(sums[3])
    now = f * memory + i * g
    value = o * float(np.tanh(now))
    return [Line(say("input gate i"), i), Line(say("forget gate f"), f), Line(say("candidate g"), g),
            Line(say("output gate o"), o), Line(say("c before"), memory), Line(say("c = f · c₋₁ + i · g"), now),
            Line(say("o · tanh(c)"), value)], value


def _gru(at: At, parts: list[Part], memory: float, state: float) -> tuple[list[Line], float]:
    r, z = (sigmoid(parts[2 * gate].sum + parts[2 * gate + 1].sum) for gate in range(2))
    n = float(np.tanh(parts[4].sum + r * parts[5].sum))
    return [Line(say("reset gate r"), r), Line(say("update gate z"), z), Line(say("candidate n"), n),
            Line(say("h before"), state)], (1 - z) * n + z * state


def _rnn(at: At, parts: list[Part], memory: float, state: float) -> tuple[list[Line], float]:
    module: Any = at.module
    total = parts[0].sum + parts[1].sum
    value = float(np.tanh(total)) if module.nonlinearity == "tanh" else max(total, 0.0)
    return [Line(say("W·x + U·h₋₁ + b"), total)], value


_TOLD = {"LSTM": _lstm, "GRU": _gru, "RNN": _rnn}
_FORMULAS = {"LSTM": "h = o · tanh(c), c = f · c₋₁ + i · g", "GRU": "h = (1 − z) · n + z · h₋₁",
             "RNN": "h = f(W·x + U·h₋₁ + b)"}
