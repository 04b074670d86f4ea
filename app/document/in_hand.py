"""Which weights of a document there are to look at: initial, loaded, latest, best, and those of a run's moments.

A *source* is a text: one of those names, or ``at 7.0`` for a moment of the run that was trained last.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import NamedTuple

from app.document.document import Document, Run
from engine.experiment.experiment import Experiment
from engine.experiment.series import Fold, fold_called
from engine.messages import Message, say
from engine.runs.moments.names import place_of
from engine.training.state import EpochRow
from engine.training.values import Weights

AT = "at "


class Held(NamedTuple):
    """The network that weights belong to, and the weights; None: those that it begins with."""

    experiment: Experiment
    weights: Weights | None = None
    words: Message = say("initial weights")
    run: Path | None = None  # the folder of the run that they are of …
    position: float | None = None  # … and where it was then, in epochs
    fold: Fold | None = None  # which one that run is

    @property
    def key(self) -> Hashable:
        """The same for the same weights: of a run it says where that was; None: nothing is kept of them."""
        if self.run is not None:
            return str(self.run), self.position
        return None if self.weights is None else id(self.weights)


class Timeline(NamedTuple):
    """Where one can go in a run, in epochs; nan: there is no such moment yet."""

    run: Run
    kept: tuple[float, ...]  # moments whose weights its folder has
    best: float = math.nan
    last: float = math.nan

    @property
    def stops(self) -> tuple[float, ...]:
        """All of them, the first one first: the best and the last epoch are always there."""
        ends = {at for at in (self.best, self.last) if not math.isnan(at)}
        return tuple(sorted({*self.kept, *ends}))

    @property
    def end(self) -> float:
        """The newest."""
        return max(self.stops, default=math.nan)


def held(document: Document) -> Mapping[str, Held]:
    """All that have a name, by it."""
    found = {"initial": Held(document.experiment)}
    if document.loaded is not None:
        found["loaded"] = Held(document.loaded_into or document.experiment, document.loaded, say("loaded weights"))
    run = document.trained
    if run is not None and run.latest is not None and run.best is not None:
        best, last, fold = _best_of(run), _last_of(run), _fold_of(run)
        found |= {"latest": Held(run.experiment, run.latest, _words(last, best, last), run.place, last, fold),
                  "best": Held(run.experiment, run.best, _words(best, best, last), run.place, best, fold)}
    return found


def newest(document: Document) -> str:
    """Those that count, where nobody has chosen others."""
    if document.weights_are_loaded:
        return "loaded"
    return "best" if "best" in held(document) else "initial"


def _run_of(document: Document) -> Run | None:
    """The one that was trained last; in its first epoch the first of all runs."""
    return document.trained or document.run


def timeline(document: Document) -> Timeline | None:
    """Of the run that was trained last; None: there is none that has come to weights."""
    run = _run_of(document)
    if run is None:
        return None
    kept = run.moments.positions
    has_some = run.best is not None
    if not kept and not has_some:
        return None
    return Timeline(run, kept, _best_of(run), _last_of(run)) if has_some else Timeline(run, kept)


def source_at(document: Document, position: float) -> str:
    """The source for the moment there; the newest is whatever is newest, also later on."""
    line = timeline(document)
    if line is None or position >= line.end:
        return "latest"
    return f"{AT}{min(line.stops, key=lambda stop: abs(stop - position))!r}"


def found_source(document: Document, wanted: str) -> str:
    """The source that is meant, or what has come in its place: of moments the nearest one."""
    names = held(document)
    if wanted in names:
        return wanted
    line = timeline(document) if wanted == "latest" or wanted.startswith(AT) else None
    if line is None:
        return newest(document)
    position = _position(wanted)
    nearest = min(line.stops, key=lambda stop: abs(stop - position)) if wanted != "latest" else line.end
    if nearest in line.kept:
        return f"{AT}{nearest!r}"
    return "best" if nearest == line.best else "latest"


def in_hand(document: Document, source: str) -> Held:
    """The weights of a source, as ``found_source`` gave it. The one place where it is decided what is looked at."""
    if not source.startswith(AT):
        return held(document)[source]
    run, position = _run_of(document), _position(source)
    assert run is not None  # else there was no such source
    words = _words(position, _best_of(run), _last_of(run))
    return Held(run.experiment, run.moments.at(position), words, run.place, position, _fold_of(run))


def _position(source: str) -> float:
    try:
        return float(source.removeprefix(AT))
    except ValueError:
        return math.nan


def _fold_of(run: Run) -> Fold | None:
    return fold_called(run.experiment, run.furthest.title) if run.furthest.is_fold else None


def _best_of(run: Run) -> float:
    state = run.furthest
    return next((_place(row) for row in state.epochs if row.epoch == state.best_epoch),
                _last_of(run) if state.best_epoch == 0 else math.nan)


def _last_of(run: Run) -> float:
    """Of a run of a series that is over the best one is left."""
    state = run.furthest
    if state.latest is None and state.best is not None:
        return next((_place(row) for row in state.epochs if row.epoch == state.best_epoch), math.nan)
    return _place(state.epochs[-1]) if state.epochs else math.nan


def _place(row: EpochRow) -> float:
    return place_of(row.position)


def _words(position: float, best: float, last: float) -> Message:
    """``epoch 7 · best``."""
    moment = moment_words(position)
    if position == best:
        return say("{moment} · best", moment=moment)
    return say("{moment} · last", moment=moment) if position == last else moment


def moment_words(position: float) -> Message:
    """A place in a run: ``epoch 7``, ``3 % of epoch 1``."""
    if math.isnan(position):
        return say("the run")
    if position == 0:
        return say("before the first step")
    if position == round(position):
        return say("epoch {epoch}", epoch=round(position))
    begun = math.floor(position)
    percent = 100 * (position - begun)
    return say("{percent} % of epoch {epoch}", percent=f"{percent:.2g}" if percent < 10 else f"{percent:.0f}",
               epoch=begun + 1)
