"""What a repair is, and the registry of what mends which fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.advice.repairs.edits import Edit
from engine.analysis.analysis import Analysis
from engine.analysis.faults import Fault
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.messages import LayerloomError, Message, say


@dataclass(frozen=True)
class Repair:
    """What a button says and the edit it makes: of the network, or by ``change`` of data and recipe too."""

    text: Message
    apply: Edit = lambda graph: graph
    change: Callable[[Experiment], Experiment] | None = None
    place: str = ""  # the layer it is offered for, with the blocks it is in; one of two with the same words

    def of(self, experiment: Experiment) -> Experiment:
        """The mended experiment."""
        return self.change(experiment) if self.change else replace(experiment, graph=self.apply(experiment.graph))


@dataclass(frozen=True)
class Case:
    """A fault that is to be mended; ``experiment`` is None inside a block, where data and recipe are out of reach."""

    analysis: Analysis
    fault: Fault
    experiment: Experiment | None = None

    @property
    def graph(self) -> Graph:
        """The network, without what is bypassed."""
        return self.analysis.graph

    @property
    def name(self) -> str:
        """The node at which it is."""
        assert self.fault.node is not None
        return self.fault.node

    @property
    def layer(self) -> Layer:
        """The layer at which it is."""
        return self.graph.nodes[self.name].layer

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What comes in there; empty where that is unknown, and for a fault of the whole."""
        return self.analysis.nodes[self.name].input_shapes or () if self.fault.node is not None else ()


def listed(names: Sequence[str]) -> str | Message:
    """Some names as a sentence has them; of many the first."""
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return say("{first} and {last}", first=names[0], last=names[1])
    if len(names) == 3:
        return say("{first}, {second} and {last}", first=names[0], second=names[1], last=names[2])
    return say("{first}, {second} and {count} more", first=names[0], second=names[1], count=len(names) - 2)


Mending = Callable[[Case], Iterator[Repair]]


class _Row(NamedTuple):
    mending: Mending
    several: bool | None
    by_data: bool


_MENDINGS: dict[type[LayerloomError], list[_Row]] = {}


def mends(*errors: type[LayerloomError], several: bool | None = None, by_data: bool = False
          ) -> Callable[[Mending], Mending]:
    """Function decorator: offer these repairs where such an error is; the first that is registered comes first.

    ``several``: only where the layer reads several tensors, or (False) one. ``by_data``: the repairs change the data,
    and are offered beside those of the network.
    """

    def registered(mending: Mending) -> Mending:
        for error in errors:
            _MENDINGS.setdefault(error, []).append(_Row(mending, several, by_data))
        return mending

    return registered


def mendings(case: Case, *, by_data: bool) -> list[Mending]:
    """What is registered for the case's error, or else for the nearest more general kind of error."""
    for kind in type(case.fault.error).__mro__:
        found = [row.mending for row in _MENDINGS.get(kind, ())
                 if row.by_data == by_data and row.several in (None, len(case.shapes) > 1)]
        if found:
            return found
    return []
