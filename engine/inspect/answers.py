"""What a network's answer means: probabilities of classes, by its loss and by the layer that it ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.messages import say

Rule = Callable[[Tensor], Tensor]


class Guess(NamedTuple):
    """A class by its number and name, and how probable it is."""

    number: int
    name: str
    probability: float


def _softmax(answer: Tensor) -> Tensor:
    return answer.softmax(1)


def _as_it_is(answer: Tensor) -> Tensor:
    return answer


def _distances(answer: Tensor) -> Tensor:
    """What learned to be 1 for the class and 0 for others: cut off below 0, and made to add up to 1."""
    plain = answer.clamp(min=0)
    total = plain.sum(1, keepdim=True)
    return torch.where(total > 0, plain / total.clamp(min=1e-30), 1 / answer.shape[1])


BY_END: Mapping[str, Rule] = {
    **dict.fromkeys(("Softmax", "Softmin", "Sigmoid", "Hardsigmoid"), _as_it_is),
    "LogSoftmax": Tensor.exp, "LogSigmoid": Tensor.exp,
}
BY_LOSS: Mapping[str, Rule] = {
    "cross_entropy": _softmax, "nll": _softmax, "bce": Tensor.sigmoid,
}
PASSING = frozenset({"Identity", "Flatten", "Reshape", "Squeeze", "Unflatten", "Unsqueeze"})  # values stay


def probabilities(answer: Tensor, experiment: Experiment) -> Tensor | None:
    """Of each class, B×classes, from the answer B×classes; None where there are none: numbers are learned.

    They add up to 1 unless the loss judges each class by itself, or the network ends in a sigmoid.
    """
    if experiment.data.task != "classification" or answer.dim() != 2 or not answer.is_floating_point():
        return None
    end = end_of(experiment)
    rule = BY_END.get(end) if end else None
    return (rule or BY_LOSS.get(experiment.recipe.loss, _distances))(answer.detach().float())


def top(answer: Tensor, experiment: Experiment, k: int = 5) -> list[Guess]:
    """The most probable classes of the first example of B×classes, the best first; none where numbers are learned."""
    found = probabilities(answer[:1], experiment)
    if found is None:
        return []
    best = found[0].sort(descending=True, stable=True)
    return [Guess(index, class_name(experiment, index), value)
            for index, value in zip(best.indices[:k].tolist(), best.values[:k].tolist(), strict=True)]


def class_name(experiment: Experiment, index: int) -> str:
    """The name of a class; of an output that stands for none, its number."""
    classes = experiment.data.classes
    return classes[index] if index < len(classes) else str(say("output {index}", index=index))


def end_of(experiment: Experiment) -> str:
    """The kind of the last layer that changes values, inside blocks too; empty where that is unknown."""
    return _end_of(experiment.graph, experiment.data.sample_shape)


@lru_cache(maxsize=64)
def _end_of(graph: Graph, shape: Shape) -> str:
    layer = _last(analyze(graph, shape).active)
    return "" if layer is None else layer.kind()


def _last(analysis: Analysis) -> Layer | None:
    """Looks into blocks, and past what only changes the shape; None: what comes in goes out."""
    name = analysis.output
    while name is not None:
        layer, shapes = analysis.graph.nodes[name].layer, analysis.nodes[name].input_shapes
        if isinstance(layer, Block):
            inner = _last(layer.inside(shapes)) if shapes is not None else layer
            if inner is not None:
                return inner
        elif layer.kind() not in PASSING and "Dropout" not in layer.kind():
            return None if name == analysis.input else layer
        name = next(iter(analysis.sources(name)), None)
    return None
