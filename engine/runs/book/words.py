"""What a run has otherwise than the one it was made from, in words. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import ne
from pathlib import Path
from typing import Any, NamedTuple

from engine.compare.belonging import network_id
from engine.compare.telling import what_changed
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.runs.names import SWEEP
from engine.runs.opened import json_in, noted_in
from engine.training.events import Steered
from engine.training.steering import told

MANY = 3


def words_of(experiment: Experiment, base: Experiment | None) -> tuple[Message, ...]:
    """Of what was begun. Without a base it is the first of its network, and says what that is."""
    if base is None:
        return (say("{title}", title=experiment.title),) if experiment.title else (say("the first run"),)
    return what_changed(base, experiment)


class Marks(NamedTuple):
    """What tells experiments apart, fast to compare."""

    network: str
    options: tuple[object, ...]

    @staticmethod
    def of(experiment: Experiment) -> Marks:
        """Of recipe and data every option, whatever was found in files since."""
        values = [*experiment.recipe, *(each for each in experiment.data if each[0] != "known")]
        return Marks(network_id(experiment), tuple(value for _, value in values))

    def distance(self, other: Marks) -> int:
        """How many things are another; a network counts as several options."""
        options = 0 if self.options == other.options else sum(map(ne, self.options, other.options))
        return options + MANY * (self.network != other.network)


def swept_over(folder: Path) -> tuple[Message, ...]:
    """What a sweep tries, by its fields."""
    axes = json_in(folder / SWEEP).get("axes")
    fields = [str(text).partition("=")[0] for text in axes] if isinstance(axes, list) else []
    return (say("sweep over {fields}", fields=", ".join(fields)),) if fields else (say("sweep"),)


def by_hand(folder: Path, before: Path | None) -> tuple[Message, ...]:
    """What was changed while it ran, but for what the run did ``before`` that it goes on with."""
    known = [_key(each) for each in _steered(before)] if before is not None else []
    return tuple(say("{change} by hand", change=words) for each in _steered(folder) if _key(each) not in known
                 for words in told(each.changes, each.before))


def _steered(folder: Path) -> Iterable[Steered]:
    return (each for each in noted_in(folder) if isinstance(each, Steered))


def _key(each: Steered) -> tuple[int, int, Mapping[str, Any]]:
    return each.epoch, each.batch, each.changes
