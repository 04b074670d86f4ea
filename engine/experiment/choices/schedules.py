"""Every schedule of the learning rate a recipe may name: one row each.

Options count epochs, however the schedule moves: ``step:every=10`` falls after ten epochs, and a rate that moves with
every batch goes through the same values in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.experiment.choices.choice import Choice, Option, choice_of
from engine.messages import say


class Place(NamedTuple):
    """How far a run is, in moves of its schedule: one an epoch, or one a step."""

    done: float  # moves so far
    total: float  # of the whole run
    per_epoch: int = 1

    @property
    def epochs(self) -> float:
        """The same in epochs."""
        return self.done / self.per_epoch


Values = Mapping[str, Any]


@dataclass(frozen=True)
class ScheduleRow:
    """How a schedule is called, what it is adjusted by, and what it makes of the recipe's learning rate."""

    id: str  # in .loom files and on the command line
    title: str
    factor: Callable[[Place, Values], float]  # of the learning rate there, with these options
    options: tuple[Option, ...] = ()
    spans_run: bool = False  # its course depends on how many epochs there are
    about: str = ""  # what it does, in a sentence
    section: str = ""  # of Dive into Deep Learning
    by_batch: bool = False  # it moves with every batch, whatever the recipe says
    is_measured: bool = False  # it follows what the run measures: nobody knows it before


def schedule_of(text: str) -> Choice[ScheduleRow]:
    """Read ``step:every=10,factor=0.5``; options that are not named have their usual value. Raises ImpossibleError."""
    return choice_of(SCHEDULES, text, say("schedule"))


# -- the rows: as torch.optim.lr_scheduler has them -------------------------------------------------------------------


def _step(place: Place, options: Values) -> float:
    return float(options["factor"] ** (place.done // (options["every"] * place.per_epoch)))


def _multi_step(place: Place, options: Values) -> float:
    passed = sum(place.done >= epoch * place.per_epoch for epoch in options["at"])
    return float(options["factor"] ** passed)


def _exponential(place: Place, options: Values) -> float:
    return float(max(options["end"], options["factor"] ** place.epochs))


def _cosine(place: Place, options: Values) -> float:
    return float(options["end"] + (1 - options["end"]) * (1 + math.cos(math.pi * place.done / place.total)) / 2)


def _restarts(place: Place, options: Values) -> float:
    done, total = place.done, options["every"] * place.per_epoch
    if options["longer"] == 1:
        done %= total
    while done >= total:
        done, total = done - total, total * options["longer"]
    return _cosine(Place(done, total), options)


def _linear(place: Place, options: Values) -> float:
    return float(options["start"] + (options["end"] - options["start"]) * place.done / place.total)


def _polynomial(place: Place, options: Values) -> float:
    return float(options["end"] + (1 - options["end"]) * (1 - place.done / place.total) ** options["power"])


def _inverse_sqrt(place: Place, _options: Values) -> float:
    return float((place.epochs + 1) ** -0.5)


def _one_cycle(place: Place, options: Values) -> float:
    """Up to 1 and down again; its last step is at the very end."""
    start = 1 / options["div"]
    peak, last = options["rise"] * place.total - 1, place.total - 1
    if place.done <= peak:
        return _between(start, 1.0, place.done / peak if peak > 0 else 1.0, options)
    return _between(1.0, start / options["final_div"], min(1.0, (place.done - peak) / (last - peak)), options)


def _between(start: float, end: float, share: float, options: Values) -> float:
    if options["shape"] == "linear":
        return (end - start) * share + start
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


_FACTOR = Option("factor", 0.1, 0, 1, title="Factor", about="What the rate is multiplied by.")
_END = Option("end", 0.0, 0, 1, title="End", about="The share of the learning rate that it goes down to.")
_ROWS = (
    ScheduleRow("constant", "Constant", lambda *_: 1.0, about="The rate stays as it is."),
    ScheduleRow("step", "Step", _step, (
        Option("every", 10, 1, is_whole=True, title="Every", about="Epochs from one fall to the next."), _FACTOR),
        about="Falls by the same factor again and again.", section="12.11"),
    ScheduleRow("multi_step", "Multi-step", _multi_step, (
        Option("at", (15.0, 30.0), 1, is_whole=True, title="At", about="The epochs after which it falls: 15+30."),
        _FACTOR), about="Falls after epochs that you choose.", section="12.11"),
    ScheduleRow("exponential", "Exponential", _exponential, (
        Option("factor", 0.95, 0, 1, title="Factor", about="What an epoch multiplies the rate by."), _END),
        about="Falls by the same factor with each epoch.", section="12.11"),
    ScheduleRow("cosine", "Cosine", _cosine, (_END,), spans_run=True, section="12.11",
                about="Falls slowly, then fast, then slowly: half a wave over the whole run."),
    ScheduleRow("cosine_restarts", "Cosine with restarts", _restarts, (
        Option("every", 10, 1, is_whole=True, title="Every", about="Epochs of the first wave."),
        Option("longer", 1, 1, is_whole=True, title="Longer", about="How many times as long each wave is as the one "
               "before."), _END), about="Half a wave after the other: each begins at the full rate."),
    ScheduleRow("linear", "Linear", _linear, (
        Option("start", 1.0, 0, 1, title="Start", about="The share of the learning rate that it begins with."), _END),
        spans_run=True, about="A straight line over the whole run."),
    ScheduleRow("polynomial", "Polynomial", _polynomial, (
        Option("power", 2.0, 0, 100, title="Power", about="1: a straight line; more: falls faster at first.",
               excludes=(0,)), _END), spans_run=True, about="Falls as a power of what is left of the run.",
        section="12.11"),
    ScheduleRow("inverse_sqrt", "Inverse square root", _inverse_sqrt, section="12.11",
                about="Divides by the root of the epoch's number: ever more slowly."),
    ScheduleRow("one_cycle", "One cycle", _one_cycle, (
        Option("rise", 0.3, 0, 1, title="Rise", about="Share of the run in which it rises.", excludes=(0, 1)),
        Option("div", 25.0, 1, title="Begins at 1 /", about="It begins with the learning rate divided by this."),
        Option("final_div", 1e4, 1, title="Ends at 1 /", about="It ends with the first rate divided by this."),
        Option("shape", "cos", words=("cos", "linear"), title="Shape", about="Half waves, or straight lines.")),
        spans_run=True, by_batch=True, about="Rises to the learning rate and falls far below it, with every batch."),
    ScheduleRow("plateau", "On plateau", lambda *_: 1.0, (
        _FACTOR,
        Option("patience", 10, 0, is_whole=True, title="Patience", about="Epochs without gain that are waited for."),
        Option("threshold", 1e-4, 0, 1, title="Threshold", about="Less of a gain, as a share, is none."),
        Option("cooldown", 0, 0, is_whole=True, title="Cool-down", about="Epochs after a fall that do not count."),
        _END,
        Option("measure", "validation_loss", words=("validation_loss", "validation_accuracy", "train_loss",
                                                    "train_accuracy"), title="Measure",
               about="What should gain. Without validation data: the training loss.")),
        is_measured=True, about="Falls when the validation loss gains no more."),
)
SCHEDULES: Mapping[str, ScheduleRow] = {row.id: row for row in _ROWS}
