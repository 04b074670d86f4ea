"""Training, validation and test examples as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from engine.data.formats.arrays import Array, Report
from engine.data.formats.scaling import Fitted, Scaling
from engine.data.options.corrections import Stored
from engine.data.spec.spec import DataSpec


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs uint8 N×C×H×W or float32 N×…, as stored; targets int64 N (classes) or float32 N×… (numbers).

    ``places`` say where each is stored, as ``identity`` reads it.
    """

    inputs: Tensor
    targets: Tensor
    places: Tensor | None = None

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, eq=False)
class Unscaled:
    """The columns of a table before gaps are filled: ``rows`` N×F, NaN where missing; which of them each part has.

    ``fitted`` is what the training rows say of each column.
    """

    scaling: Scaling
    fitted: Fitted
    rows: Array
    of_train: Array
    of_validation: Array
    of_test: Array

    @property
    def train(self) -> Array:
        """A copy of the training rows."""
        return self.rows[self.of_train]


@dataclass(frozen=True, eq=False)
class Data:
    """Three splits, disjoint but for made ``edges``.

    ``mean`` and ``std`` are those of the training examples as the network gets them: per channel of images (bytes
    scaled to 0 … 1) and of other arrays with more than one dimension, else per feature. ``spec`` has what was found in
    a person's file; ``truth`` the true parameters of made data. ``before``: the same with the examples and labels that
    are stored, where some were corrected.
    """

    spec: DataSpec
    train: Split
    validation: Split
    test: Split
    mean: tuple[float, ...]
    std: tuple[float, ...]
    truth: Mapping[str, list[float]] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    unscaled: Unscaled | None = None
    marks: Mapping[Stored, Array] = field(default_factory=dict)
    before: Data | None = None

    @property
    def nbytes(self) -> int:
        """What all parts take in memory."""
        parts = (self.train, self.validation, self.test)
        tables = () if self.unscaled is None else (self.unscaled.rows,)
        return sum(part.inputs.nbytes + part.targets.nbytes for part in parts) + sum(table.nbytes for table in tables)
