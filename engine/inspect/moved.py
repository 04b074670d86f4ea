"""How far the weights of each layer have gone from one moment to another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Moved(NamedTuple):
    """Of one layer: the length of the difference of all its weights, over their length before; inf where they were all
    0 before, and are not any more."""

    place: str
    share: float


def moved(before: nn.Module, after: nn.Module) -> Iterator[Moved]:
    """Of every layer with weights that learn, in the network's order; those that both have in the same shape."""
    others = dict(after.named_parameters())
    layers: dict[str, list[tuple[Tensor, Tensor]]] = {}
    for key, value in before.named_parameters():
        other = others.get(key)
        if other is not None and other.shape == value.shape:
            layers.setdefault(key.rpartition(".")[0], []).append((value.detach(), other.detach()))
    for place, pairs in layers.items():
        way = math.hypot(*(float((_exact(other) - _exact(value)).norm()) for value, other in pairs))
        length = math.hypot(*(float(_exact(value).norm()) for value, _ in pairs))
        yield Moved(place, way / length if length else math.inf if way else way)


def _exact(value: Tensor) -> Tensor:
    return value.to(torch.complex128 if value.is_complex() else torch.float64)
