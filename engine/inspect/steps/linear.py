"""Linear layers: weighted sums over the last dimension."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from engine.inspect.steps.kind import Forward, Linked, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Factor, Index, Line, Part, Term, Window, array
from engine.messages import say
from engine.units import grouped


@steps_for("Linear")
class Linear(Linked):
    """Σ w·x + b for each step of a sequence by itself."""

    def forward(self, at: At) -> Forward:
        *rest, unit = at.index
        count = at.x().shape[-1]
        terms = tuple(Term((at.of_weight("weight", (unit, i)), at.of_x((*rest, i)))) for i in range(count))
        part = Part(say("all inputs"), terms, array([term.factors[1].value for term in terms]),
                    array([term.factors[0].value for term in terms]))
        lines, value, size = [Line(say("Σ w·x over {count}", count=grouped(count)), part.sum)], part.sum, part.size
        if at.weight("bias") is not None:
            bias = at.of_weight("bias", (unit,)).value
            lines.append(Line(say("+ bias"), bias))
            value, size = value + bias, size + abs(bias)
        low, high = (*rest, 0), (*(i + 1 for i in rest), count)
        read = Window(at.known.sources[0], None, low, high, (1,) * len(low))
        return Forward(say("Σ w·x + b") if len(lines) > 1 else say("Σ w·x"), (part,),
                       (*lines, Line(say("="), value)), value, size, (read,))

    def inputs(self, at: At) -> Iterator[Slope]:
        *rest, unit = at.index
        for i in range(at.x().shape[-1]):
            yield Slope(0, (*rest, i), (at.of_weight("weight", (unit, i)),))

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        *rest, unit = at.index
        for i in range(at.x().shape[-1]):
            yield at.of_weight("weight", (unit, i)), at.of_x((*rest, i))
        if at.weight("bias") is not None:
            yield at.of_weight("bias", (unit,)), Factor("slope", "1", None, 1.0)

    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        *rest, i = index
        for unit in range(at.y.shape[-1]):
            yield (*rest, unit), (at.of_weight("weight", (unit, i)),)

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        for example, *rest in product(*map(range, at.y.shape[:-1])):
            g = at.of_g((*rest, index[0]), example)
            yield Term((g,)) if name == "bias" else Term((g, at.of_x((*rest, index[1]), example=example)))
