"""Which activation saturates? The same network with sigmoid, tanh and ReLU, and the gradient at each layer."""

from __future__ import annotations

import numpy as np
from torch import nn

from engine.inspect.lens import Lens
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench, curves, replaced, units
from engine.inspect.trying.values import Bars, NotHereError, Numbers, Progress
from engine.messages import say
from engine.units import measure_text

KINDS: dict[str, type[nn.Module]] = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}


@register
class Saturating(Tryout):
    """Gradients where learning begins, from the last layer back to the first."""

    id = "saturating"
    title = "Which activation saturates"
    question = "With which activation does the gradient reach the first layer?"
    needs = "activations between two layers with weights"

    def check(self, lens: Lens) -> None:
        if not curves(lens) or len(units(lens)) < 2:
            raise NotHereError("It needs an activation between two layers with weights")

    def tried(self, bench: Bench) -> Trying:
        x, targets = bench.learned(bench.batch)
        sizes, reached = dict[str, Numbers](), dict[str, float]()
        for number, (name, make) in enumerate(KINDS.items()):
            bench.go_on()
            lens = bench.fresh()
            replaced(lens, make)
            lens.train(True)
            back = lens.back(x, lambda answer: bench.loss(answer, targets))
            found = [float(back.outputs[place].abs().mean()) if place in back.outputs else 0.0 for place in units(lens)]
            sizes[name] = np.array(found)
            reached[name] = found[0] / found[-1] if found[-1] else 0.0
            yield Progress(number + 1, len(KINDS))
        order = sorted(reached, key=lambda name: reached[name])
        sentence = say("With {worst} the gradient fades most: at the first layer it is {least} of what it is at the "
                       "last, with {best} {most}.", worst=order[0], best=order[-1],
                       least=measure_text(reached[order[0]]), most=measure_text(reached[order[-1]]))
        return self.found(sentence, Bars(tuple(units(bench.fresh())), sizes,
                                         say("mean size of the gradient at a layer's output")))
