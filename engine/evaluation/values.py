"""What judging a network on a part of its data comes to: plain values with numpy's arrays. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message

Part = Literal["train", "validation", "test"]
Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"
NOBODY = -1  # the class that is predicted where an answer is no number


class Progress(NamedTuple):
    """So many of the examples were looked at; of none: the data are being read."""

    done: int
    total: int


@dataclass(frozen=True)
class ClassScore:
    """One class: which share of what was called so is so, which share of what is so was found, the harmonic mean of
    both, and how many examples there are. What is divided by nothing is 0, as in scikit-learn."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int

    def as_json(self) -> dict[str, Any]:
        """With the name as ``class``."""
        return {"class": self.name, "precision": self.precision, "recall": self.recall, "f1": self.f1,
                "support": self.support}


@dataclass(frozen=True, eq=False)
class Curve:
    """What a network gives over the one number that its inputs follow from, in that number's own unit."""

    name: str
    x: Floats  # of each example
    grid: Floats  # sorted
    predicted: Floats  # there
    closed: Floats | None = None  # what least squares give there


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The weights that a network which is linear in them would have at the best possible, beside those it has.

    They are of the inputs as the network gets them, and solve the training examples; the losses are of the examples
    that are judged.
    """

    names: tuple[str, ...]
    weights: Floats
    bias: float  # nan: the layer has none
    loss: float
    learned: Floats
    learned_bias: float
    true: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # of made data: what they were made with


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A part of the data judged by a network; examples have the numbers that they have in their part, from 0.

    ``loss`` is what training reports: of balanced classes the weighted mean; ``losses`` of single examples are not
    weighted. Where numbers are learned, ``true`` and ``predicted`` are N×K in the target's own unit.
    """

    part: Part
    of_classes: bool
    classes: tuple[str, ...]
    loss: float
    true: NDArray[Any]  # class numbers int64 N, or numbers float64 N×K
    predicted: NDArray[Any]  # NOBODY where an answer is no number
    losses: Floats
    confidence: Floats  # the probability of the class that is predicted; nan of numbers
    probability: Floats  # of the true class
    confusion: Ints  # rows true, columns predicted; 0×0 of numbers
    per_class: tuple[ClassScore, ...] = ()
    mae: float = math.nan
    rmse: float = math.nan
    r2: float = math.nan  # the mean of every output's own
    curve: Curve | None = None
    least_squares: LeastSquares | None = None
    notes: tuple[Message, ...] = ()

    @property
    def examples(self) -> int:
        """How many were judged."""
        return len(self.true)

    @property
    def right(self) -> int:
        """How many classes are the true ones."""
        return int((self.true == self.predicted).sum()) if self.of_classes else 0

    @property
    def accuracy(self) -> float:
        """The share of them, 0 … 1; nan where numbers are learned."""
        return self.right / self.examples if self.of_classes else math.nan

    @property
    def residuals(self) -> Floats:
        """Of numbers, N×K: true − predicted."""
        found: Floats = self.true - self.predicted
        return found

    def as_json(self) -> dict[str, Any]:
        """``examples``, ``loss``, ``accuracy``, ``classes``, ``confusion``, ``per_class``; of numbers also ``mae``,
        ``rmse`` and ``r2``. What is no number is None."""
        found: dict[str, Any] = {
            "examples": self.examples, "loss": self.loss, "accuracy": self.accuracy, "classes": list(self.classes),
            "confusion": self.confusion.tolist(), "per_class": [each.as_json() for each in self.per_class]}
        if not self.of_classes:
            found |= {"mae": self.mae, "rmse": self.rmse, "r2": self.r2}
        return {name: None if isinstance(value, float) and not math.isfinite(value) else value
                for name, value in found.items()}
