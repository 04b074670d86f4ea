"""Every precision a recipe may name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PrecisionRow:
    """In what numbers a step is computed; weights, sums and what an optimizer keeps stay float32."""

    id: str  # in .loom files and on the command line; torch's name of the type
    title: str
    bytes: int  # of one number that flows through the network
    is_mixed: bool = True  # torch decides for each operation whether it may be coarse (autocast)
    is_coarse: bool = False  # float32 whose products are rounded: NVIDIA's GPUs alone can
    is_scaled: bool = False  # small gradients would become zero: the loss is scaled up before they are computed


_ROWS = (
    PrecisionRow("float32", "float32", 4, is_mixed=False),
    PrecisionRow("tf32", "float32, coarse products (TF32)", 4, is_mixed=False, is_coarse=True),
    PrecisionRow("bfloat16", "bfloat16 (mixed)", 2),
    PrecisionRow("float16", "float16 (mixed)", 2, is_scaled=True),
)
PRECISIONS: Mapping[str, PrecisionRow] = {row.id: row for row in _ROWS}
