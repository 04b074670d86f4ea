"""Without activations: whatever the layers, they are one linear map."""

from __future__ import annotations

from math import isnan, prod

import numpy as np
import torch
from torch import Tensor, nn

from engine.inspect.lens import Lens
from engine.inspect.steps.scene import plan
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench, curves, replaced
from engine.inspect.trying.values import Lines, NotHereError, Numbers, Table
from engine.layers.inputs import Input
from engine.messages import Message, say
from engine.units import measure_text, share_text

LARGEST = 1200  # inputs whose matrix is made
LINEAR = 1e-4  # of the answer's size: rounding
STRAIGHT = frozenset({"convolution", "linear", "shape", "regularization", "activation"})
ALSO = ("AvgPool", "AdaptiveAvgPool", "BatchNorm", "Add", "Subtract", "Concatenate", "Stack", "Scale", "Sum", "Mean")


@register
class WithoutActivations(Tryout):
    """The network with its activations taken out, learned as long as with them."""

    id = "without-activations"
    title = "Without activations"
    question = "What are the activations good for?"
    needs = "activations"
    lessons = 2

    def check(self, lens: Lens) -> None:
        if not curves(lens):
            raise NotHereError("There is no activation in this network that could be taken out")

    def tried(self, bench: Bench) -> Trying:
        judged = bench.judged()
        losses, scores, lenses = dict[str, list[float]](), dict[str, Numbers](), list[Lens]()
        for number, name in enumerate(("with activations", "without")):
            lens, losses[name] = bench.fresh(), []
            if number:
                replaced(lens, nn.Identity)
            yield from bench.lesson(lens, losses=losses[name], done=number)
            score = bench.score(lens, *judged)
            scores[name] = np.array([score.loss, score.accuracy])
            lenses.append(lens)
        sentence = self._sentence(bench, lenses[1], judged[0], scores)
        return self.found(sentence, Lines(np.arange(1, bench.steps + 1), {
            name: np.array(each) for name, each in losses.items()}, say("step"), say("loss")),
            Table((say("loss"), say("right")), scores))

    def _sentence(self, bench: Bench, lens: Lens, x: Tensor, scores: dict[str, Numbers]) -> Message:
        far = linear_error(bench, lens, x)
        own, bare = (scores[name] for name in ("with activations", "without"))
        column = 0 if isnan(own[1]) else 1
        show = measure_text if column == 0 else share_text
        values = {"steps": bench.steps, "own": show(float(own[column])), "bare": show(float(bare[column])),
                  "what": say("a loss of") if column == 0 else say("right")}
        told = say("After {steps} steps: {what} {own} with activations, {bare} without.", **values)
        if far < LINEAR:
            return say("Without activations all layers are one matrix: it gives the same answers, but for {far} of "
                       "their size. {told}", far=measure_text(far), told=told)
        others = [place for place, known in plan(lens).items() if not isinstance(known.layer, Input)
                  and known.layer.category not in STRAIGHT and not known.layer.kind().startswith(ALSO)
                  and known.end is None]
        return say("Without activations it still is no linear map: {others} bends too. {told}",
                   others=", ".join(others[:3]) or "?", told=told)


def linear_error(bench: Bench, lens: Lens, x: Tensor) -> float:
    """How far the answers are from those of one matrix, over their size.

    The matrix is the product of the linear layers where there is nothing else; else its columns are the answers to a
    single 1. Of inputs with more than ``LARGEST`` numbers it is only seen whether a mean of two gives their mean.
    """
    lens.train(False)
    answer = bench.answer(lens, x).flatten(1).double()
    nothing = bench.answer(lens, torch.zeros_like(x[:1])).flatten(1).double()
    if prod(x.shape[1:]) > LARGEST:
        half = len(x) // 2
        mean = bench.answer(lens, (x[:half] + x[half: 2 * half]) / 2).flatten(1).double()
        wrong = mean - (answer[:half] + answer[half: 2 * half]) / 2
    else:
        matrix = product_of(lens)
        if matrix is None:
            ones = torch.eye(prod(x.shape[1:])).reshape(-1, *x.shape[1:])
            matrix = (bench.answer(lens, ones).flatten(1).double() - nothing).T
        wrong = x.flatten(1).double() @ matrix.T + nothing - answer
    return float(wrong.abs().max()) / max(float(answer.abs().max()), 1e-12)


def product_of(lens: Lens) -> Tensor | None:
    """W₃·W₂·W₁ of a chain that has nothing but linear layers; None where there is more."""
    parts = [part for part in lens.modules.values() if not isinstance(part, nn.Identity | nn.Flatten | nn.Dropout)]
    sources = [each for place, each in lens.sources.items() if place in lens.modules]
    if not parts or not all(isinstance(part, nn.Linear) for part in parts) or any(len(each) != 1 for each in sources):
        return None
    if len(lens.modules) + 1 != len(lens.places):
        return None
    product: Tensor | None = None
    for part in parts:
        assert isinstance(part.weight, Tensor)
        weight = part.weight.detach().double()
        product = weight if product is None else weight @ product
    return product
