"""Two samples side by side: how far apart they are at every layer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.inspect.lens import Look


@dataclass(frozen=True, eq=False)
class Difference:
    """At one layer, of the first examples: what the second gives minus the first, in the output's shape.

    ``size`` is its length over the mean length of both: 0 the same, 2 opposite. ``cosine``: 1 the same way, 0 across;
    two that are all 0 go the same way.
    """

    place: str
    values: Tensor
    size: float
    cosine: float


def differences(one: Look, other: Look) -> list[Difference]:
    """Of every layer that ran for both and gives the same shape, in the order of computing."""
    return [_between(place, output[0], other.outputs[place][0]) for place, output in one.outputs.items()
            if place in other.outputs and other.outputs[place].shape[1:] == output.shape[1:]]


def _between(place: str, one: Tensor, other: Tensor) -> Difference:
    first, second = one.detach().double(), other.detach().double()
    values = second - first
    lengths = float(first.norm()), float(second.norm())
    mean = sum(lengths) / 2
    product = lengths[0] * lengths[1]
    cosine = float(torch.sum(first * second)) / product if product else float(mean == 0)
    return Difference(place, values.to(one.dtype) if one.is_floating_point() else values,
                      float(values.norm()) / mean if mean else 0.0, cosine)
