"""What a run ended with, as rows of tables: norms of weights, learned beside true parameters, a kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.layers.base import Shape
from engine.network.weights import empty_module
from engine.training.values import Weights


class Norm(NamedTuple):
    """The Euclidean length of a weight tensor."""

    key: str
    shape: Shape
    norm: float


class Learned(NamedTuple):
    """A parameter beside the one that made the data; nan: the network has no such parameter."""

    name: str
    learned: float
    true: float

    @property
    def error(self) -> float:
        """How far off it is."""
        return abs(self.learned - self.true)


class Outcome(NamedTuple):
    """Rows of up to three tables; a table that says nothing about this network is empty."""

    norms: tuple[Norm, ...]
    learned: tuple[Learned, ...]
    kernel: tuple[tuple[float, ...], ...]  # of a convolution with one channel in and out, row by row


def outcome(experiment: Experiment, weights: Weights, truth: Mapping[str, Sequence[Any]] | None = None) -> Outcome:
    """What these weights amount to; ``truth`` is ``Data.truth``, the parameters that made the data."""
    own = {key: weights[key] for key, _ in empty_module(experiment).named_parameters() if key in weights}
    norms = [Norm(key, tuple(value.shape), float(value.double().norm())) for key, value in own.items()]
    return Outcome(tuple(norms), tuple(_learned(own, truth or {})), _kernel(own))


def _learned(own: Weights, truth: Mapping[str, Sequence[Any]]) -> list[Learned]:
    """Only of a network with a single layer: nothing else has the parameters that made the data."""
    if sum(value.dim() >= 2 for value in own.values()) != 1:
        return []
    rows: list[Learned] = []
    for name, true in truth.items():
        value = next((value for value in own.values() if (value.dim() < 2) == (name == "bias")), None)
        rows += _beside(name, value, _flat(true))
    return rows


def _beside(name: str, value: Tensor | None, true: list[float]) -> list[Learned]:
    """By place; what the data do not depend on is truly 0."""
    learned = [] if value is None else value.double().flatten().tolist()
    count = max(len(learned), len(true))
    if count == 1:
        return [Learned(name, learned[0] if learned else math.nan, true[0] if true else 0.0)]
    return [Learned(f"{name} {index}", learned[index] if index < len(learned) else math.nan,
                    true[index] if index < len(true) else 0.0) for index in range(count)]


def _flat(values: Any) -> list[float]:
    if isinstance(values, (list, tuple)):
        return [number for value in values for number in _flat(value)]
    return [float(values)]


def _kernel(own: Weights) -> tuple[tuple[float, ...], ...]:
    kernels = [value[0, 0] for value in own.values() if value.dim() == 4 and value.shape[:2] == (1, 1)]
    return tuple(tuple(row) for row in kernels[0].double().tolist()) if len(kernels) == 1 else ()


def only_norm(found: Outcome) -> float | None:
    """The length of the network's only weight matrix; None where there are several."""
    matrices = [norm.norm for norm in found.norms if len(norm.shape) >= 2]
    return matrices[0] if len(matrices) == 1 else None
