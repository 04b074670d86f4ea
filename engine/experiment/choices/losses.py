"""Every loss a recipe may name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LossRow:
    """How a loss is called and computed."""

    id: str  # in .loom files and on the command line
    title: str  # as it stands in a sentence
    torch: str  # its function in torch.nn.functional
    factor: float = 1.0  # times that function
    classes_only: bool = False  # targets are the numbers of classes; others take numbers, or 0/1 for each class
    is_weighted: bool = False  # the function takes a weight for each class
    is_smoothed: bool = False  # … and label smoothing
    within_unit: bool = False  # numbers to learn lie between 0 and 1, or it falls for ever


_ROWS = (
    LossRow("cross_entropy", "Cross-entropy", "cross_entropy", classes_only=True, is_weighted=True, is_smoothed=True),
    LossRow("bce", "Binary cross-entropy", "binary_cross_entropy_with_logits", within_unit=True),
    LossRow("mse", "Mean squared error", "mse_loss"),
    LossRow("half_mse", "½ mean squared error", "mse_loss", factor=0.5),
    LossRow("l1", "L1", "l1_loss"),
    LossRow("huber", "Huber", "huber_loss"),
    LossRow("nll", "Negative log-likelihood", "nll_loss", classes_only=True, is_weighted=True),
)
LOSSES: Mapping[str, LossRow] = {row.id: row for row in _ROWS}
