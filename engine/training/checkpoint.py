"""What a run needs to go on bit for bit, after an epoch or inside one: a typed value with a version."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from torch import Tensor

from engine.messages import LayerloomError, Message, say
from engine.network.weights import WeightsError, is_out_of_memory
from engine.training.best import Best
from engine.training.course import Course
from engine.training.doctor.state import DoctorState
from engine.training.events import Steered
from engine.training.judge.health import HealthState
from engine.training.meters import Sums
from engine.training.numerics import Numerics
from engine.training.sealing import seal_of

FORMAT = "layerloom checkpoint"
VERSION = 3


class CheckpointError(LayerloomError):
    """Something is no checkpoint that this program can go on from."""


class NewerCheckpointError(CheckpointError):
    """A newer version of the program made it: nothing is wrong with it."""


@dataclass(frozen=True)
class Checkpoint:
    """Everything that decides what comes next. A field with a default may be added at any time: older ones open."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    course: Course
    weights: dict[str, Tensor]
    optimizer: dict[str, Any]  # as torch.optim's state_dict
    best: Best
    health: HealthState
    sums: Sums | None = None  # of the epoch that is going on; None: it was learned and judged whole
    numerics: Numerics | None = None  # None: of an earlier version, which did not write them down
    scaler: dict[str, Any] = field(default_factory=dict)  # of float16
    noted: tuple[Steered, ...] = ()  # what was changed by hand, also later than this in a run that was broken off
    doctor: DoctorState = field(default_factory=DoctorState)
    file: Annotated[str, Field(exclude=True)] = ""  # where it was read, for whoever finds that it does not fit

    @property
    def epoch(self) -> int:
        """The last that was begun."""
        return self.course.epoch

    @property
    def whole_epochs(self) -> int:
        """How many were learned and judged."""
        return self.course.epoch if self.sums is None else self.course.epoch - 1

    @property
    def position(self) -> float:
        """How far the run was, in epochs."""
        return self.course.position

    def stored(self) -> dict[str, Any]:
        """Tensors and plain values, which ``torch.save`` writes and ``torch.load(weights_only=True)`` reads."""
        plain: dict[str, Any] = {"format": FORMAT, "version": VERSION, **_ADAPTER.dump_python(self)}
        return {**plain, "seal": seal_of(plain)}


_ADAPTER = TypeAdapter(Checkpoint)


def checkpoint_from(stored: Any) -> Checkpoint:
    """Read what ``Checkpoint.stored`` gave, of this version or of an earlier one. Raises CheckpointError."""
    if not isinstance(stored, Mapping) or not str(stored.get("format", "")).startswith(FORMAT):
        raise CheckpointError("it is no checkpoint")
    plain = dict(stored)
    seal = plain.pop("seal", "")  # earlier versions had none
    version = 2 if plain.pop("format") == "layerloom checkpoint 2" else plain.pop("version", None)
    if type(version) is not int:
        raise CheckpointError("it is damaged: it does not say which version it is")
    if version > VERSION:
        raise NewerCheckpointError("it was made by a newer Layerloom")
    if seal != "" and seal != seal_of({"format": stored["format"], "version": version, **plain}):
        raise CheckpointError("it is damaged: something in it is not as it was written")
    if version < 3:
        plain = _of_version_2(plain)
    try:
        found = _ADAPTER.validate_python(plain)
    except (AttributeError, RecursionError) as error:  # of parts that are no mappings, or too deep
        raise CheckpointError("it is damaged") from error
    except ValidationError as error:
        raise CheckpointError("it is damaged: {what} cannot be read",
                              what=".".join(map(str, error.errors()[0]["loc"])) or say("something in it")) from error
    if not found.course.is_possible:
        raise CheckpointError("it is damaged: {what} cannot be read", what="course")
    return found


def not_continued(file: object, reason: Message) -> Message:
    """Why a run does not go on from this file, and what to do."""
    return say("{file}: this run cannot be continued: {reason}. Delete this file to begin anew", file=file,
               reason=reason)


@contextmanager
def going_on_from(checkpoint: Checkpoint) -> Iterator[None]:
    """Raise CheckpointError for whatever fails where a run takes over what was kept, which may be of another one."""
    try:
        yield
    except Exception as error:
        if is_out_of_memory(error) or (isinstance(error, LayerloomError) and not isinstance(error, WeightsError)):
            raise
        reason = error.message if isinstance(error, WeightsError) else say("it is damaged")
        raise CheckpointError("{reason}", reason=not_continued(checkpoint.file or say("Checkpoint"), reason)) from error


def _of_version_2(plain: dict[str, Any]) -> dict[str, Any]:
    """It was written after whole epochs only, with the rows of all of them."""
    health = plain.get("health", {})
    trend = health.get("trend", []) if isinstance(health, Mapping) else None
    if not isinstance(trend, list) or any(not isinstance(pair, (list, tuple)) or len(pair) != 2 for pair in trend):
        raise CheckpointError("it is damaged: {what} cannot be read", what="health")
    return {
        "course": {"batches": 1, "done": 1, **{name: plain[name] for name in ("epoch", "examples", "seconds", "last")
                                               if name in plain}},
        **{name: plain[name] for name in ("weights", "optimizer", "best") if name in plain},
        "health": {**health, "lowest": min((loss for loss, _ in trend), default=math.inf)},
    }
