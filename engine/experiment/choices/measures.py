"""Every measure that may choose a run's best epoch: one row each.

None is of the test examples: what is chosen by them makes their number worthless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Part = Literal["", "validation", "train"]
Of = Literal["", "classes", "numbers"]


@dataclass(frozen=True)
class MeasureRow:
    """Where a measure is read from, and which way is better."""

    id: str  # in .loom files and on the command line
    title: str
    part: Part
    name: str  # of the metric
    of: Of = ""  # only where these are predicted
    is_larger_better: bool = False

    @property
    def words(self) -> str:
        """As summaries name it; “”: none in particular."""
        return f"{self.part} {self.name}" if self.part else ""


_WORDS = {"top5": "top-5 accuracy", "f1": "F1", "mae": "MAE", "rmse": "RMSE", "log_rmse": "log RMSE", "r2": "R²"}


def _row(part: Part, name: str, of: Of = "", *, larger: bool = False) -> MeasureRow:
    return MeasureRow(f"{part}_{name}", f"{part.title()} {_WORDS.get(name, name)}", part, name, of, larger)


_ROWS = (
    MeasureRow("auto", "Auto", "", ""),
    _row("validation", "loss"),
    *(_row("validation", name, "classes", larger=True) for name in ("accuracy", "top5", "precision", "recall", "f1")),
    *(_row("validation", name, "numbers") for name in ("mae", "rmse", "log_rmse")),
    _row("validation", "r2", "numbers", larger=True),
    _row("train", "loss"),
    _row("train", "accuracy", "classes", larger=True),
)
MEASURES: Mapping[str, MeasureRow] = {row.id: row for row in _ROWS}
