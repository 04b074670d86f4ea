"""What is told to the person about an experiment: a problem and the repairs that mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from engine.advice.repairs.repair import Repair
from engine.analysis.analysis import Analysis
from engine.experiment.experiment import Experiment
from engine.messages import Message

Severity = Literal["error", "warning", "hint"]
Rule = Callable[[Experiment, Analysis], Iterator["Problem"]]


@dataclass(frozen=True)
class Problem:
    """Something to tell the person, at a node or (None) about the whole.

    ``unfinished``: nothing is wrong, only missing yet; it forbids training as an error does, and is said quietly.
    """

    severity: Severity
    node: str | None
    message: Message
    repairs: tuple[Repair, ...] = ()
    unfinished: bool = False
    source: str = ""  # the layer outside this block whose fault it is, with the blocks that one is in

    @property
    def tone(self) -> Severity:
        """How loudly it is said."""
        return "hint" if self.unfinished else self.severity

    def at(self, path: Sequence[str] = ()) -> Problem:
        """The same, with repairs that say where they are offered: in the blocks on this path."""
        place = ".".join((*path, self.node or ""))
        return replace(self, repairs=tuple(replace(repair, place=place) for repair in self.repairs))
