"""What a run needs to go on bit for bit, after an epoch or inside one: a typed value with a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from torch import Tensor

from engine.messages import LayerloomError
from engine.training.best import Best
from engine.training.judge.health import HealthState
from engine.training.meters import Sums
from engine.training.numerics import Numerics
from engine.training.values import Metrics

FORMAT = "layerloom checkpoint"
VERSION = 3


class CheckpointError(LayerloomError):
    """Something is no checkpoint that this program can go on from."""


@dataclass(frozen=True)
class Checkpoint:
    """Everything that decides what comes next. A field with a default may be added at any time: older ones open."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    epoch: int  # the last that was begun
    weights: dict[str, Tensor]
    optimizer: dict[str, Any]  # as torch.optim's state_dict
    best: Best
    last: tuple[Metrics, Metrics]  # of the last whole epoch: train, validation
    health: HealthState
    examples: int  # learned from so far
    seconds: float  # spent on learning so far
    sums: Sums | None = None  # of the epoch that is going on; None: it has ended
    done: int = 0  # batches of that epoch …
    batches: int = 0  # … of so many
    numerics: Numerics | None = None  # None: of an earlier version, which did not write them down
    scaler: dict[str, Any] = field(default_factory=dict)  # of float16

    @property
    def position(self) -> float:
        """How far the run was, in epochs."""
        return float(self.epoch) if self.sums is None else self.epoch - 1 + self.done / max(1, self.batches)

    def stored(self) -> dict[str, Any]:
        """Tensors and plain values, which ``torch.save`` writes and ``torch.load(weights_only=True)`` reads."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self)
        return {"format": FORMAT, "version": VERSION, **plain}


_ADAPTER = TypeAdapter(Checkpoint)


def checkpoint_from(stored: Any) -> Checkpoint:
    """Read what ``Checkpoint.stored`` gave, of this version or of an earlier one. Raises CheckpointError."""
    if not isinstance(stored, Mapping) or not str(stored.get("format", "")).startswith(FORMAT):
        raise CheckpointError("it is no checkpoint")
    plain = dict(stored)
    version = 2 if plain.pop("format") == "layerloom checkpoint 2" else plain.pop("version", None)
    if not isinstance(version, int) or version > VERSION:
        raise CheckpointError("it was made by a newer Layerloom")
    if version < 3:  # written after whole epochs only, with the rows of all of them
        plain = {name: value for name, value in plain.items() if name not in ("rows", "changes")}
        trend = plain["health"].get("trend", [])
        plain["health"] = {**plain["health"], "lowest": min((loss for loss, _ in trend), default=float("inf"))}
    try:
        return _ADAPTER.validate_python(plain)
    except ValidationError as error:
        raise CheckpointError("it is damaged: {what} cannot be read",
                              what=".".join(map(str, error.errors()[0]["loc"])) or "something in it") from error
