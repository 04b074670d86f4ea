"""What a training run says while it goes on: frozen values, in the order they happen. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.messages import Message, say
from engine.training.doctor.values import LayerHealth
from engine.training.values import Metrics, Remark, Summary, Weights

if TYPE_CHECKING:
    from engine.experiment.experiment import Experiment
    from engine.training.checkpoint import Checkpoint
    from engine.training.doctor.born import Born


@dataclass(frozen=True, slots=True)
class Preparing:
    """Data are being fetched: ``done`` of ``total`` bytes (0: unknown)."""

    text: Message
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DataRead:
    """The data are there, and reading them has noticed something; files that were left out, with the reason."""

    notes: tuple[Message, ...]
    skipped: tuple[tuple[str, Message], ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """Everything is ready; ``first_epoch`` is above 1 when a run is continued. ``epochs`` are those of the recipe with
    which this part of it begins."""

    device: str
    params: int
    train_examples: int
    epochs: int
    first_epoch: int
    threads: int = 1  # of the CPU
    position: float = 0.0  # where it goes on, in epochs; 0: it begins
    device_name: str = ""  # as its maker calls it
    channels_last: bool = True  # the memory order of images
    planned: int = 0  # epochs, with all that is steered on the way and known by now; 0: of an earlier version
    marks: Mapping[str, tuple[int, str]] = field(default_factory=dict, compare=False)  # of each part of the data


@dataclass(frozen=True, slots=True)
class Point:
    """Training loss and accuracy (nan without classes) since the last point.

    ``position`` is in epochs: 1.25 is a quarter into the second. Where only a few examples are left at the end of an
    epoch, its last point also takes in those of the point before.
    """

    position: float
    loss: float
    accuracy: float
    seconds: float = field(default=math.nan, compare=False)  # since the run began, without pauses; nan: not known


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is: ``fraction`` of the whole, 0 … 1. One comes right before it is ``Paused``, too."""

    epoch: int
    epochs: int
    fraction: float
    examples_per_second: float
    seconds_left: float
    batch: int = 0  # so many of the epoch were learned …
    batches: int = 0  # … of so many


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch is over and was judged on the validation examples. After a stop the last one is incomplete.

    ``train`` is the mean while it was learned; ``validation`` is nan where there are no such examples.
    """

    epoch: int
    train: Metrics
    validation: Metrics
    is_best: bool
    weights: Weights = field(repr=False)
    fraction: float = 1.0  # share of the epoch that was done
    judged: float = 1.0  # share of the examples it is judged by that were looked at
    after: Metrics | None = None  # of the training examples, with the weights after the epoch; None: nobody asked
    test: Metrics | None = None  # None: nobody asked

    @property
    def complete(self) -> bool:
        """False when the run was stopped within this epoch, or while it was judged."""
        return self.fraction == 1 and self.judged == 1

    @property
    def position(self) -> float:
        """Where it belongs among the points, in epochs."""
        return self.epoch - 1 + self.fraction


@dataclass(frozen=True, slots=True)
class MomentReached:
    """Before the first step (``position`` 0), and now and then within the first epoch, where most is learned: the
    weights as they predict. After each epoch ``EpochEnded`` has them."""

    position: float  # in epochs
    weights: Weights = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckpointReached:
    """From here ``fit(resume=checkpoint)`` goes on bit for bit: after an epoch, or between two batches of one."""

    checkpoint: Checkpoint = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is computed until ``Control.resume`` or ``stop``."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It goes on."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run was stopped by hand, as of ``Steered``; ``judged``: the epoch was judged whole in spite of it."""

    epoch: int
    batch: int
    position: float
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a run that did not fail."""

    summary: Summary
    stopped: bool
    at: Stop | None = None  # where, if it was stopped


@dataclass(frozen=True, slots=True)
class RunNotSaved:
    """The run's folder cannot be written; training goes on. Said once."""

    message: Message


@dataclass(frozen=True, slots=True)
class Steered:
    """Options were changed by hand on the way, before the next batch: when ``batch`` batches of ``epoch`` were learned.

    ``changes`` are named as in ``engine.training.steering``; ``before`` is what they were.
    """

    epoch: int
    batch: int
    position: float  # in epochs
    changes: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThreadsChanged:
    """Other work wants the cores, or no longer: from this position on (in epochs) there are so many threads.

    The last digits of a result depend on their number.
    """

    position: float
    threads: int
    epoch: int = 0  # as of ``Steered``
    batch: int = 0

    @property
    def line(self) -> Message:
        """Why, in words."""
        if self.threads == 1:
            return say("Other work holds the cores: training goes on with 1 thread, and its last digits may differ")
        return say("There are cores for {count} threads: training goes on with them, and its last digits may differ",
                   count=self.threads)


@dataclass(frozen=True, slots=True)
class Examined:
    """A step was looked at from inside: when ``batch`` batches of ``epoch`` were learned, the last of them included."""

    epoch: int
    batch: int
    position: float  # in epochs
    layers: Mapping[str, LayerHealth] = field(repr=False)  # by dotted place, in the order of computing
    examples: int = 0  # in the batch; 0: not known


@dataclass(frozen=True, slots=True)
class NumbersEnded:
    """A batch gave infinity or nan: where that was born. The run fails with a DivergedError after it."""

    born: Born = field(repr=False)


@dataclass(frozen=True, slots=True)
class MemberStarted:
    """In a series: the run number ``index`` (from 1) of ``count`` begins; its own events follow."""

    index: int
    count: int
    title: str
    experiment: Experiment = field(repr=False)
    is_fold: bool = False  # of a cross-validation


@dataclass(frozen=True, slots=True)
class MemberEnded:
    """In a series: a run is over; ``weights`` are those of its best epoch."""

    index: int
    title: str
    summary: Summary
    weights: Weights = field(repr=False)
    row: SeriesRow | None = None  # its numbers; None: it was stopped on its way


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One run of a series in numbers, by names such as ``validation loss``.

    ``train …``, ``after train …`` and ``validation …`` are those of the last epoch, ``best validation …`` and
    ``test …`` of the best.
    """

    title: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SeriesFinished:
    """The last event of a series; mean and sample deviation over whole folds, empty where runs differ on purpose."""

    rows: tuple[SeriesRow, ...]
    mean: Mapping[str, float]
    std: Mapping[str, float]
    stopped: bool = False


Event = (Preparing | DataRead | Started | Point | Progress | EpochEnded | MomentReached | CheckpointReached | Paused
         | Resumed | Finished | RunNotSaved | Steered | ThreadsChanged | Remark | Examined | NumbersEnded
         | MemberStarted | MemberEnded | SeriesFinished)

Noted = Steered | ThreadsChanged | Stop
"""What a run notes beside its results, so that it can be repeated."""
