"""Scaled dot-product attention in several heads, one output number at a time."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from engine.inspect.steps.kind import Forward, Kind, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, NoStepsError, Numbers, Part, Term, Window, array
from engine.messages import say
from engine.units import grouped

THREE = ("query", "key", "value")


class Heads(NamedTuple):
    """What happens on the way: q, k, v and context H×length×d, scores and weights H×queries×keys."""

    given: tuple[Array, Array, Array]  # the inputs, length×features
    projections: tuple[Array, Array, Array]  # W of q, k, v
    q: Array
    k: Array
    v: Array
    scores: Array
    weights: Array
    context: Array


class Returned(NamedTuple):
    """∂L/∂ of what q, k and v are before heads are told apart (length×features), and of the inputs by port."""

    projected: tuple[Array, Array, Array]
    inputs: tuple[Array, Array, Array]


@steps_for("MultiheadAttention")
class Attention(Kind):
    """softmax(q·k/√d) · v in each head, then W·context + b."""

    def ports(self, at: At) -> tuple[int, int, int]:
        """At which port the queries, keys and values come in."""
        last = len(at.known.sources) - 1
        return 0, min(1, last), last

    def heads(self, at: At) -> Heads:
        """The whole layer for one example."""
        module: Any = at.module
        if module.training and module.dropout:
            raise NoStepsError("{layer} drops scores at random as it learns: look with Predict",
                               layer=at.known.layer.title)
        given = [array(at.x(port)[at.example]) for port in self.ports(at)]
        projections, biases = self._projections(at), self._biases(at)
        projected = [x @ w.T + b for x, w, b in zip(given, projections, biases, strict=True)]
        q, k, v = (each.reshape(len(each), module.num_heads, -1).transpose(1, 0, 2) for each in projected)
        scores = q @ k.transpose(0, 2, 1) / sqrt(q.shape[-1])
        if getattr(at.known.layer, "causal", False):
            scores = scores + np.triu(np.full(scores.shape[1:], -np.inf), 1)
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        weights = powers / powers.sum(-1, keepdims=True)
        return Heads((given[0], given[1], given[2]), projections, q, k, v, scores, weights, weights @ v)

    def _projections(self, at: At) -> tuple[Array, Array, Array]:
        together = at.weight("in_proj_weight")
        if together is not None:
            q, k, v = np.split(array(together), 3)
            return q, k, v
        q_own, k_own, v_own = (at.weight(f"{name}_proj_weight") for name in "qkv")
        assert q_own is not None and k_own is not None and v_own is not None
        return array(q_own), array(k_own), array(v_own)

    def _biases(self, at: At) -> list[Any]:
        bias = at.weight("in_proj_bias")
        return [0.0, 0.0, 0.0] if bias is None else np.split(array(bias), 3)

    def forward(self, at: At) -> Forward:
        of, feature = self.heads(at), at.index[1]
        count, _, width = of.q.shape
        parts, total, size = list[Part](), 0.0, 0.0
        for head in range(count):
            parts += self._head(at, of, head)
            out = self._out(at, of, head)
            parts.append(out)
            total, size = total + out.sum, size + out.size
        lines = [Line(say("√d, d = {width}", width=width), sqrt(width)),
                 Line(say("Σ W·context over {count} heads", count=grouped(count)), total)]
        value = total
        if at.weight("out_proj.bias") is not None:
            bias = at.of_weight("out_proj.bias", (feature,)).value
            lines.append(Line(say("+ bias"), bias))
            value, size = total + bias, size + abs(bias)
        names = dict.fromkeys(at.known.sources)
        windows = tuple(Window(name, None, (0, 0), (at.x(at.known.sources.index(name)).shape[1],
                                                    at.x(at.known.sources.index(name)).shape[2]), (1, 1))
                        for name in names)
        return Forward(say("W · Σ softmax(q·k / √d) · v + b"), tuple(parts), (*lines, Line(say("="), value)), value,
                       size, windows)

    def _head(self, at: At, of: Heads, head: int) -> Iterator[Part]:
        """Scores, weights and context of the step in hand; the keys' vectors as rows."""
        step, width = at.index[0], of.q.shape[-1]
        seen = [j for j in range(of.k.shape[1]) if np.isfinite(of.scores[head, step, j])]
        root = Factor("slope", "1/√d", None, 1 / sqrt(width))
        scores = tuple(Term((Factor("slope", "q·k", (head, j), float(of.q[head, step] @ of.k[head, j])), root))
                       for j in seen)
        yield Part(say("head {number}: q·k / √d", number=head), scores, of.q[head, step], of.k[head], adds=False)
        shares = tuple(Term((Factor("slope", "softmax", (head, j), float(of.weights[head, step, j])),)) for j in seen)
        yield Part(say("head {number}: softmax of the scores", number=head), shares, of.scores[head, step],
                   of.weights[head, step], adds=False)
        context = tuple(Term((Factor("slope", "softmax", (head, j), float(of.weights[head, step, j])),
                              Factor("slope", "v", (head, j, c), float(of.v[head, j, c]))))
                        for c in range(of.v.shape[-1]) for j in seen)
        yield Part(say("head {number}: context, Σ softmax · v", number=head), context, of.weights[head, step],
                   of.v[head], adds=False)

    def _out(self, at: At, of: Heads, head: int) -> Part:
        step, feature = at.index
        width = of.v.shape[-1]
        terms = tuple(Term((at.of_weight("out_proj.weight", (feature, head * width + c)),
                            Factor("slope", "context", (head, step, c), float(of.context[head, step, c]))))
                      for c in range(width))
        return Part(say("head {number}: W · context", number=head), terms, of.context[head, step],
                    np.array([term.factors[0].value for term in terms]))

    # -- back ---------------------------------------------------------------------------------------------------

    def returned(self, at: At, g: Numbers) -> Returned:
        """What ∂L/∂y of one example, length×features, becomes on its way through."""
        of = self.heads(at)
        out = at.weight("out_proj.weight")
        assert out is not None
        count, _, width = of.q.shape
        context = (array(g) @ array(out)).reshape(len(g), count, -1).transpose(1, 0, 2)
        weights = context @ of.v.transpose(0, 2, 1)
        scores = of.weights * (weights - (weights * of.weights).sum(-1, keepdims=True)) / sqrt(width)
        each = (scores @ of.k, scores.transpose(0, 2, 1) @ of.q, of.weights.transpose(0, 2, 1) @ context)
        q, k, v = (one.transpose(1, 0, 2).reshape(one.shape[1], -1) for one in each)
        inputs = [one @ w for one, w in zip((q, k, v), of.projections, strict=True)]
        return Returned((q, k, v), (inputs[0], inputs[1], inputs[2]))

    def inputs(self, at: At) -> Iterator[Slope]:
        one = np.zeros(at.y.shape[1:])
        one[at.index] = 1.0
        back = self.returned(at, one)
        for source in range(len(at.known.sources)):
            total = sum(each for port, each in zip(self.ports(at), back.inputs, strict=True) if port == source)
            for index, value in np.ndenumerate(np.asarray(total)):
                yield Slope(source, index, (Factor("slope", "∂y/∂x, through q, k and v", index, float(value)),),
                            at.example)

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        of, (step, feature) = self.heads(at), at.index
        row = of.context[:, step].reshape(-1)
        for c, value in enumerate(row):
            yield at.of_weight("out_proj.weight", (feature, c)), Factor("slope", "context", (step, c), float(value))
        if at.weight("out_proj.bias") is not None:
            yield at.of_weight("out_proj.bias", (feature,)), Factor("slope", "1", None, 1.0)

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        back, of = self.returned(at, at.g[at.example]), self.heads(at)
        step, feature = index
        for name, where, g, w in zip(THREE, self.ports(at), back.projected, of.projections, strict=True):
            if where == port:
                for c in range(w.shape[0]):
                    yield Term((Factor("gradient", f"{at.place}: {name}", (step, c), float(g[step, c]), at.example),
                                Factor("weight", f"W of the {name}", (c, feature), float(w[c, feature]))))

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        for example in range(len(at.y)):
            here = at.moved(at.index, example)
            if name.startswith("out_proj"):
                yield from self._out_terms(here, name, index)
                continue
            back, of = self.returned(here, at.g[example]), self.heads(here)
            rows = len(of.projections[0])
            part = "qkv".index(name[0]) if name[1] == "_" else index[0] // rows
            row = index[0] if name[1] == "_" else index[0] % rows
            for step, g in enumerate(back.projected[part][:, row]):
                first = Factor("gradient", f"{at.place}: {THREE[part]}", (step, row), float(g), example)
                port = self.ports(at)[part]
                yield Term((first,) if name.endswith("bias") else (first, here.of_x((step, index[1]), port)))

    def _out_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        context = self.heads(at).context.transpose(1, 0, 2).reshape(at.y.shape[1], -1)
        for step in range(at.y.shape[1]):
            g = at.of_g((step, index[0]))
            yield Term((g,)) if name.endswith("bias") else Term(
                (g, Factor("slope", "context", (step, index[1]), float(context[step, index[1]]))))
