"""What is known of one tensor of a network: its kind, its size, its values in short. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TensorKind = Literal["weight", "frozen", "buffer"]


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One entry of a state dict. Statistics are of its finite values; None where there are none."""

    key: str
    shape: tuple[int, ...]
    dtype: str  # as torch has it, without its name: float32
    kind: TensorKind  # a buffer never learns, a frozen weight does not learn in this network
    count: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None  # of the values as a whole: divided by their count
    counts: tuple[int, ...] = ()  # histogram: how many values are in each bin; the last bin includes its end
    edges: tuple[float, ...] = ()  # where bins begin and end, one more than there are bins
    not_finite: int = 0  # NaN and infinite values
    gradient_norm: float | None = None  # Euclidean; None where no gradient is known

    @property
    def node(self) -> str:
        """The node of the network that the tensor belongs to."""
        return self.key.partition(".")[0]
