"""How does one value change the result? A pixel, or a weight, swept from little to much."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.inspect.lens import Lens
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench
from engine.inspect.trying.values import Finding, Lines, Progress
from engine.messages import Message, say
from engine.units import value_text

POINTS = 41
SHOWN = 10  # curves


def _curves(tryout: Tryout, bench: Bench, values: Tensor, answers: Tensor, name: Message, label: Message) -> Finding:
    """The answers along a sweep, POINTS×C, in words and as curves of those that move most."""
    shares = bench.shares(answers)
    moves = shares.max(0).values - shares.min(0).values
    chosen = moves.argsort(descending=True)[:SHOWN].sort().values.tolist()
    lines = Lines(values.numpy(), {bench.class_name(each): shares[:, each].numpy() for each in chosen}, label,
                  say("probability") if bench.classes else say("answer"))
    if not bench.classes:
        return tryout.found(say("Along {name} the answer moves by {size} at most.", name=name,
                               size=value_text(float(moves.max()))), lines)
    winners = shares.argmax(1).tolist()
    changes = [place for place in range(1, len(winners)) if winners[place] != winners[place - 1]]
    if not changes:
        return tryout.found(say("Of the example that it is least sure of, along {name} the answer stays {winner}: one "
                                "value alone does not change it.", name=name, winner=bench.class_name(winners[0])),
                            lines)
    place = changes[0]
    before, after = (bench.class_name(winners[each]) for each in (place - 1, place))
    return tryout.found(say("Of the example that it is least sure of, along {name} the answer turns from {before} to "
                            "{after} at {value}.", name=name, before=before, after=after,
                            value=value_text(float(values[place]))), lines)


def _unsure(bench: Bench, lens: Lens) -> tuple[Tensor, Tensor, float, float]:
    """The example whose answer is closest to another, 1×…, its target, and the lowest and highest number there is."""
    x, targets = bench.examples(64)
    place = 0
    if bench.classes > 1:
        best = bench.shares(bench.answer(lens, x)).topk(2).values
        place = int((best[:, 0] - best[:, 1]).argmin())
    return x[place: place + 1], targets[place: place + 1], float(x.min()), float(x.max())


def _steepest(lens: Lens, bench: Bench, x: Tensor, targets: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The gradients of one example's loss at its input and at the weights."""
    back = lens.back(x, lambda answer: bench.loss(answer, targets))
    gradient = torch.zeros_like(x) if back.of_x is None else back.of_x
    return gradient, dict(back.weights)


@register
class OneInput(Tryout):
    """The input value that the loss hangs on most, from the lowest to the highest in the data."""

    id = "one-input"
    title = "One value of the input"
    question = "How does one value of the input change the answer?"

    def tried(self, bench: Bench) -> Trying:
        lens = yield from bench.grown()
        lens.train(False)
        x, targets, low, high = _unsure(bench, lens)
        gradient, _ = _steepest(lens, bench, x, targets)
        place = int(gradient[0].abs().argmax())
        values = torch.linspace(low, high, POINTS)
        swept = x.repeat(POINTS, *[1] * (x.dim() - 1)).flatten(1)
        swept[:, place] = values
        answers = bench.answer(lens, swept.reshape(POINTS, *x.shape[1:]))
        yield Progress(bench.steps, bench.steps)
        index = ", ".join(str(int(i)) for i in np.unravel_index(place, x.shape[1:]))
        return _curves(self, bench, values, answers, say("input value {index}", index=index), say("value of the input"))


@register
class OneWeight(Tryout):
    """The weight that the loss hangs on most, far to both sides of where it is."""

    id = "one-weight"
    title = "One weight"
    question = "How does one weight change the answer?"

    def tried(self, bench: Bench) -> Trying:
        lens = yield from bench.grown()
        lens.train(False)
        x, targets, _, _ = _unsure(bench, lens)
        _, gradients = _steepest(lens, bench, x, targets)
        key = max(gradients, key=lambda key: float(gradients[key].abs().max()))
        weight, place = dict(lens.module.named_parameters())[key], int(gradients[key].abs().argmax())
        now = float(weight.detach().flatten()[place])
        far = 10 * max(float(weight.detach().abs().max()), 0.1)
        values = torch.linspace(now - far, now + far, POINTS)
        answers = torch.cat(list(self._answers(bench, lens, weight, place, values, x)))
        yield Progress(bench.steps, bench.steps)
        index = ", ".join(str(int(i)) for i in np.unravel_index(place, tuple(weight.shape)))
        return _curves(self, bench, values, answers, say("{key}[{index}]", key=key, index=index), say("value of it"))

    def _answers(self, bench: Bench, lens: Lens, weight: Tensor, place: int, values: Tensor, x: Tensor
                 ) -> Iterator[Tensor]:
        kept = weight.detach().clone()
        for value in values:
            changed = kept.clone().flatten()
            changed[place] = value
            with torch.no_grad():
                weight.copy_(changed.reshape(weight.shape))
            yield bench.answer(lens, x)
