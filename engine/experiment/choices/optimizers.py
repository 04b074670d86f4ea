"""Every optimizer a recipe may name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kernel = Literal["", "sgd", "adam", "adamw"]


@dataclass(frozen=True)
class OptimizerRow:
    """How an optimizer is called and made. Whatever shows, makes or counts one takes it from here."""

    id: str  # in .loom files and on the command line
    title: str
    torch: str  # its class in torch.optim
    state: int  # numbers that it keeps for each parameter
    options: Mapping[str, str] = field(default_factory=dict)  # a field of the recipe → an argument of the class
    # torch's one call for a whole step, bit for bit the same as the class; “”: the class itself takes every step
    kernel: Kernel = ""
    usual: float = 0.01  # the learning rate that most networks learn with


_ROWS = (
    OptimizerRow("sgd", "SGD", "SGD", 0, kernel="sgd", usual=0.1),
    OptimizerRow("momentum", "SGD + momentum", "SGD", 1, {"momentum": "momentum"}, kernel="sgd"),
    OptimizerRow("adam", "Adam", "Adam", 2, kernel="adam", usual=0.001),
    OptimizerRow("adamw", "AdamW", "AdamW", 2, kernel="adamw", usual=0.001),
)
OPTIMIZERS: Mapping[str, OptimizerRow] = {row.id: row for row in _ROWS}
