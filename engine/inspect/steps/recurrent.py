"""One step of a recurrent network: its gates, its memory and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.inspect.steps.curves import sigmoid
from engine.inspect.steps.kind import Forward, Kind, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, NoStepsError, Part, Term, Window, array
from engine.messages import say

GATES = {"LSTM": ("input gate i", "forget gate f", "candidate g", "output gate o"),
         "GRU": ("reset gate r", "update gate z", "candidate n"), "RNN": ("new state",)}


class Moment(NamedTuple):
    """What one cell has before it at a step: its input and states; ``name`` ends its weights' names (“l0_reverse”)."""

    name: str
    x: Array
    h: Array
    c: Array
    unit: int
    step: int


@steps_for("LSTM", "GRU", "RNN")
class Recurrent(Kind):
    """What a cell makes of its input and its last state."""

    def forward(self, at: At) -> Forward:
        module: Any = at.module
        if getattr(module, "proj_size", 0):
            raise NoStepsError("{layer} with a projection is not shown step by step; its output is seen as a picture",
                               layer=at.known.layer.title)
        if module.training and module.dropout:
            raise NoStepsError("{layer} drops numbers at random as it learns: look with Predict",
                               layer=at.known.layer.title)
        moment = self._moment(at)
        parts = [each for gate in range(len(GATES[at.known.layer.kind()])) for each in self._gate(at, moment, gate)]
        lines, value = getattr(self, f"_{at.known.layer.kind().lower()}")(at, moment, parts)
        size = 1 + max(part.size for part in parts)
        read = Window(at.known.sources[0], None, (moment.step, 0), (moment.step + 1, at.x().shape[-1]), (1, 1))
        return Forward(self._formula(at), tuple(parts), (*lines, Line(say("="), value)), value, size, (read,))

    def _formula(self, at: At) -> Any:
        kind = at.known.layer.kind()
        if kind == "LSTM":
            return say("h = o · tanh(c), c = f · c₋₁ + i · g")
        return say("h = (1 − z) · n + z · h₋₁") if kind == "GRU" else say("h = f(W·x + U·h₋₁ + b)")

    # -- the numbers before ---------------------------------------------------------------------------------------

    def _moment(self, at: At) -> Moment:
        module: Any = at.module
        hidden, steps = module.hidden_size, at.x().shape[1]
        is_last = at.y.ndim == 2
        step, unit = (steps - 1, at.index[0]) if is_last else at.index
        is_back = unit >= hidden
        if is_last and is_back:
            step = 0  # where the one that reads backwards ends
        below = array(at.x()[at.example])
        for layer in range(module.num_layers - 1):
            below = np.concatenate([self._run(at, f"l{layer}{end}", below)[0] for end in self._ends(module)], 1)
        name = f"l{module.num_layers - 1}{'_reverse' if is_back else ''}"
        states, memories = self._run(at, name, below)
        before, none = step + 1 if is_back else step - 1, np.zeros(hidden)
        has = 0 <= before < steps
        return Moment(name, below[step], states[before] if has else none, memories[before] if has else none,
                      unit % hidden, step)

    def _ends(self, module: Any) -> tuple[str, ...]:
        return ("", "_reverse") if module.bidirectional else ("",)

    def _weights(self, at: At, name: str) -> tuple[Array, Array, Array, Array]:
        wi, wh = at.weight(f"weight_ih_{name}"), at.weight(f"weight_hh_{name}")
        assert wi is not None and wh is not None
        bi, bh = at.weight(f"bias_ih_{name}"), at.weight(f"bias_hh_{name}")
        none = np.zeros(len(wi))
        return array(wi), array(wh), none if bi is None else array(bi), none if bh is None else array(bh)

    def _run(self, at: At, name: str, x: Array) -> tuple[Array, Array]:
        """All states and memories, length×hidden, in the order of the input."""
        module: Any = at.module
        wi, wh, bi, bh = self._weights(at, name)
        h = c = np.zeros(module.hidden_size)
        states, memories = np.zeros((len(x), len(h))), np.zeros((len(x), len(h)))
        order = range(len(x) - 1, -1, -1) if name.endswith("_reverse") else range(len(x))
        for step in order:
            h, c = self._cell(at, x[step] @ wi.T + bi, h @ wh.T + bh, h, c)
            states[step], memories[step] = h, c
        return states, memories

    def _cell(self, at: At, a: Array, b: Array, h: Array, c: Array) -> tuple[Array, Array]:
        kind = at.known.layer.kind()
        if kind == "LSTM":
            i, f, g, o = np.split(a + b, 4)
            c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
            return _sigmoid(o) * np.tanh(c), c
        if kind == "GRU":
            (ar, az, an), (br, bz, bn) = np.split(a, 3), np.split(b, 3)
            z, n = _sigmoid(az + bz), np.tanh(an + _sigmoid(ar + br) * bn)
            return (1 - z) * n + z * h, c
        return self._activation(at)(a + b), c

    def _activation(self, at: At) -> Callable[[Any], Any]:
        module: Any = at.module
        return np.tanh if module.nonlinearity == "tanh" else lambda x: np.maximum(x, 0.0)

    # -- what is told ---------------------------------------------------------------------------------------------

    def _gate(self, at: At, moment: Moment, gate: int) -> Iterator[Part]:
        """Σ W·x + b and Σ U·h + b of one gate."""
        module: Any = at.module
        title, row = GATES[at.known.layer.kind()][gate], gate * module.hidden_size + moment.unit
        is_first = module.num_layers == 1
        x = [at.of_x((moment.step, i)) if is_first else Factor("slope", "layer below", (moment.step, i), float(value))
             for i, value in enumerate(moment.x)]
        h = [Factor("slope", "h before", (i,), float(value)) for i, value in enumerate(moment.h)]
        for source, values in (("ih", x), ("hh", h)):
            terms = [Term((at.of_weight(f"weight_{source}_{moment.name}", (row, i)), value))
                     for i, value in enumerate(values)]
            if module.bias:
                terms.append(Term((at.of_weight(f"bias_{source}_{moment.name}", (row,)),)))
            text = say("{gate}: W·x + b" if source == "ih" else "{gate}: U·h + b", gate=say(title))
            yield Part(text, tuple(terms), np.array([value.value for value in values]),
                       np.array([term.factors[0].value for term in terms[: len(values)]]), adds=False)

    def _lstm(self, at: At, moment: Moment, parts: list[Part]) -> tuple[list[Line], float]:
        sums = [parts[2 * gate].sum + parts[2 * gate + 1].sum for gate in range(4)]
        i, f, g, o = sigmoid(sums[0]), sigmoid(sums[1]), float(np.tanh(sums[2])), sigmoid(sums[3])
        before = float(moment.c[moment.unit])
        memory = f * before + i * g
        return [Line(say("input gate i"), i), Line(say("forget gate f"), f), Line(say("candidate g"), g),
                Line(say("output gate o"), o), Line(say("c before"), before), Line(say("c = f · c₋₁ + i · g"), memory),
                Line(say("o · tanh(c)"), o * float(np.tanh(memory)))], o * float(np.tanh(memory))

    def _gru(self, at: At, moment: Moment, parts: list[Part]) -> tuple[list[Line], float]:
        r, z = (sigmoid(parts[2 * gate].sum + parts[2 * gate + 1].sum) for gate in range(2))
        n = float(np.tanh(parts[4].sum + r * parts[5].sum))
        before = float(moment.h[moment.unit])
        value = (1 - z) * n + z * before
        return [Line(say("reset gate r"), r), Line(say("update gate z"), z), Line(say("candidate n"), n),
                Line(say("h before"), before)], value

    def _rnn(self, at: At, moment: Moment, parts: list[Part]) -> tuple[list[Line], float]:
        total = parts[0].sum + parts[1].sum
        value = float(self._activation(at)(total))
        return [Line(say("W·x + U·h₋₁ + b"), total)], value

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        raise NoStepsError("a gradient goes back through all steps of {layer}; it is seen as a picture",
                           layer=at.known.layer.title)


def _sigmoid(x: Array) -> Array:
    return np.array([sigmoid(float(each)) for each in x])
