"""The histogram of any tensor: its ends, its zeros."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from engine.inspect.tensors import tensor_infos


@dataclass(frozen=True)
class Histogram:
    """How many values are in each bin; ``edges`` are one more. Ends and mean are None where no value is finite.

    ``zeros`` is the share of values that are exactly 0 (0 … 1).
    """

    counts: tuple[int, ...]
    edges: tuple[float, ...]
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    zeros: float
    not_finite: int
    count: int


def histogram(values: Tensor) -> Histogram:
    """Of all values, as the table of tensors counts them."""
    [info] = tensor_infos({"": values})
    zeros = int((values == 0).sum()) / max(1, info.count)
    return Histogram(info.counts, info.edges, info.minimum, info.maximum, info.mean, info.std, zeros, info.not_finite,
                     info.count)
